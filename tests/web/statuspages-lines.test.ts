import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { arrange } from '../../src/statuspages/arrange.ts';
import type { ComponentRow, Watched } from '../../src/statuspages/component-queries.ts';
import { flatten, moveLine, type Placed, tooDeep, treeOf } from '../../src/statuspages/line-tree.ts';
import type { ComponentInput } from '../../src/statuspages/page-input.ts';

/** `a G(b H(c) d) e`: capitals are groups. */
function lines(text: string): Placed[] {
  const found: Placed[] = [];
  const parents: string[] = [];
  let last = '';
  for (const sign of text.replaceAll(' ', '')) {
    if (sign === '(') parents.push(last);
    else if (sign === ')') parents.pop();
    else {
      found.push({ key: sign, kind: sign < 'a' ? 'group' : 'monitor', parent: parents.at(-1) ?? null });
      last = sign;
    }
  }
  return found;
}

function drawn(nodes: ReturnType<typeof treeOf<Placed>>): string {
  return nodes.map(({ key, children }) => (children.length > 0 ? `${key}(${drawn(children)})` : key)).join(' ');
}
const moved = (text: string, key: string, way: 'up' | 'down') => drawn(treeOf(moveLine(lines(text), key, way)));

describe('moving a line', () => {
  test.each([
    ['a b c', 'b', 'up', 'b a c'],
    ['a b c', 'b', 'down', 'a c b'],
    ['a b', 'a', 'up', 'a b'],
    ['a b', 'b', 'down', 'a b'],
    ['a G(b)', 'a', 'down', 'G(a b)'],
    ['G(b) a', 'a', 'up', 'G(b a)'],
    ['G(a b) c', 'b', 'down', 'G(a) b c'],
    ['c G(a b)', 'a', 'up', 'c a G(b)'],
    ['G a', 'a', 'up', 'G(a)'],
    ['G(a) H(b)', 'G', 'down', 'H(b) G(a)'],
    ['G(a) H', 'H', 'up', 'H G(a)'],
    ['G(H(a) b) c', 'b', 'up', 'G(H(a b)) c'],
    ['G(H(a) b) c', 'a', 'up', 'G(a H b) c'],
  ] as const)('%s: %s %s gives %s', (before, key, way, after) => {
    expect(moved(before, key, way)).toBe(after);
  });

  test('all the way down and up again passes every place and loses nobody', () => {
    let now = lines('x G(a H(b) c) d');
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      seen.add(drawn(treeOf(now)));
      now = moveLine(now, 'x', 'down');
      expect(flatten(treeOf(now))).toHaveLength(7);
    }
    expect(seen.size).toBe(9);
    for (let i = 0; i < 12; i++) now = moveLine(now, 'x', 'up');
    expect(drawn(treeOf(now))).toBe('x G(a H(b) c) d');
  });

  test('parents that cannot be: missing, no group, itself, in a circle', () => {
    const bad: Placed[] = [
      { key: 'a', kind: 'monitor', parent: 'nobody' },
      { key: 'b', kind: 'monitor', parent: 'a' },
      { key: 'G', kind: 'group', parent: 'H' },
      { key: 'H', kind: 'group', parent: 'G' },
      { key: 'c', kind: 'monitor', parent: 'G' },
    ];
    expect(drawn(treeOf(bad))).toBe('a b G(c) H');
    expect(tooDeep(lines('G(H(a))'))).toEqual([]);
    expect(tooDeep(lines('G(H(I))')).map(({ key }) => key)).toEqual(['I']);
  });
});

describe('what is stored', () => {
  const watched: Watched[] = ['shop', 'api'].map((name, i) => ({ no: i + 1, id: `mon_${name}`, name, public: true }));
  const row = (id: string, more: Partial<ComponentRow>): ComponentRow => ({
    id,
    kind: 'monitor',
    parent_id: null,
    name: null,
    description: null,
    manual_status: null,
    show_uptime: true,
    show_chart: false,
    members_only: false,
    monitor_no: null,
    monitor_id: null,
    monitor_name: null,
    monitor_public: null,
    ...more,
  });
  const known = [
    row('cmp_group', { kind: 'group', name: 'Core' }),
    row('cmp_shop', { parent_id: 'cmp_group', monitor_no: 1, monitor_id: 'mon_shop', name: 'Shop', show_chart: true }),
    row('cmp_desk', { kind: 'manual', name: 'Desk', manual_status: 'degraded' }),
  ];
  const fault = (wanted: ComponentInput[]) => {
    try {
      arrange(wanted, known, watched);
    } catch (error) {
      if (error instanceof AppError) return error.fields[0];
    }
    return undefined;
  };

  test('what is not said stays; a line keeps its id by its own or by its monitor', () => {
    const made = arrange(
      [{ id: 'cmp_desk' }, { id: 'cmp_group' }, { monitor_id: 'mon_shop' }, { monitor_id: 'mon_api', name: 'API' }],
      known,
      watched,
    );
    expect(made.slice(0, 3)).toEqual([
      expect.objectContaining({ id: 'cmp_desk', kind: 'manual', manual_status: 'degraded', name: 'Desk' }),
      expect.objectContaining({ id: 'cmp_group', kind: 'group', name: 'Core' }),
      expect.objectContaining({ id: 'cmp_shop', parent_id: 'cmp_group', name: 'Shop', show_chart: true }),
    ]);
    expect(made[3]).toMatchObject({ kind: 'monitor', monitor_no: 2, name: 'API', show_uptime: true, parent_id: null });
    expect(made[3]?.id).toMatch(/^cmp_/);
  });

  test('the old shape: monitors and names only; a group that is not listed is gone', () => {
    const made = arrange([{ monitor_id: 'mon_api', name: 'A' }, { monitor_id: 'mon_shop' }], known, watched);
    expect(made.map(({ monitor_no, parent_id }) => [monitor_no, parent_id])).toEqual([
      [2, null],
      [1, null],
    ]);
  });

  test('new groups are named by any word, and what is in them follows them', () => {
    const made = arrange(
      [
        { monitor_id: 'mon_api', group_id: 'front' },
        { id: 'desk', kind: 'manual', name: 'Help desk', group_id: null },
        { id: 'front', kind: 'group', name: 'Front' },
      ],
      known,
      watched,
    );
    expect(made.map(({ kind }) => kind)).toEqual(['manual', 'group', 'monitor']);
    expect(made[2]?.parent_id).toBe(made[1]?.id);
    expect(made[0]).toMatchObject({ manual_status: 'operational', monitor_no: null });
  });

  test.each<[string, ComponentInput[], string]>([
    ['no monitor named', [{ kind: 'monitor' }], 'components.0.monitor_id'],
    ['a foreign monitor', [{ monitor_id: 'mon_theirs' }], 'components.0.monitor_id'],
    ['a monitor twice', [{ monitor_id: 'mon_shop' }, { id: 'cmp_shop' }], 'components.1.monitor_id'],
    ['a line twice', [{ id: 'cmp_desk' }, { id: 'cmp_desk' }], 'components.1.id'],
    ['a group without a name', [{ kind: 'group' }], 'components.0.name'],
    ['a name taken away', [{ id: 'cmp_desk', name: null }], 'components.0.name'],
    ['a group that is not there', [{ id: 'cmp_desk', group_id: 'cmp_nope' }], 'components.0.group_id'],
    [
      'a line as a group',
      [{ id: 'cmp_desk' }, { monitor_id: 'mon_api', group_id: 'cmp_desk' }],
      'components.1.group_id',
    ],
    ['a group in itself', [{ id: 'cmp_group', group_id: 'cmp_group' }], 'components.0.group_id'],
    [
      'three deep',
      [
        { id: 'a', kind: 'group', name: 'A' },
        { id: 'b', kind: 'group', name: 'B', group_id: 'a' },
        { id: 'c', kind: 'group', name: 'C', group_id: 'b' },
      ],
      'components.2.group_id',
    ],
  ])('%s is refused beside its field', (_name, wanted, field) => {
    expect(fault(wanted)?.field).toBe(field);
  });
});
