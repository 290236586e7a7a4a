import Driver from 'libsql';

type Connection = InstanceType<typeof Driver>;
type Statement = ReturnType<Connection['prepare']>;

/** Statements kept for each connection; the one not used for the longest time goes first. */
const KEPT = 300;
/** Longer ones have lists of values written out, and hardly come twice. */
const LONGEST = 8_000;
/** The rest is said seldom, or costs nothing to prepare. */
const WORTH_KEEPING = /^\s*(select|with|insert|update|delete)\b/i;
/** After these a kept statement may have other columns. */
const CHANGES_TABLES = /^\s*(create|alter|drop)\b/i;

const prepare: (this: Connection, source: string) => Statement = Reflect.get(Driver.prototype, 'prepare');
const close: (this: Connection) => Connection = Reflect.get(Driver.prototype, 'close');
const kept = new WeakMap<Connection, Map<string, Statement>>();

/**
 * Lets every connection of this process prepare a statement once. `@libsql/client` prepares at each use, which costs
 * more than running most of ours. Call it before the first connection is opened.
 */
export function keepStatements(): void {
  Driver.prototype.prepare = prepareOnce as Connection['prepare'];
  Driver.prototype.close = closeWithStatements;
}

function prepareOnce(this: Connection, source: string): Statement {
  if (CHANGES_TABLES.test(source)) kept.delete(this);
  if (source.length > LONGEST || !WORTH_KEEPING.test(source)) return prepare.call(this, source);
  const statements = kept.get(this) ?? new Map<string, Statement>();
  kept.set(this, statements);
  const known = statements.get(source);
  const statement = known ?? prepare.call(this, source);
  if (known === undefined) watch(statement, () => statements.delete(source));
  // Last in the order of the map, for it is the newest in use.
  statements.delete(source);
  statements.set(source, statement);
  const [oldest] = statements.keys();
  if (statements.size > KEPT && oldest !== undefined) statements.delete(oldest);
  return statement;
}

/** Statements that live on would keep a closed file open. */
function closeWithStatements(this: Connection): Connection {
  kept.delete(this);
  return close.call(this);
}

/**
 * One that failed may be unfinished and is not used again; what never changes is asked of the driver once. The driver
 * leaves a value that is not given as it was the last time: such values are null, as in a statement prepared anew.
 */
function watch(statement: Statement, forget: () => void): void {
  let most = 0;
  const whole = (parameters: unknown[]): unknown[] => {
    const [first] = parameters;
    const areNamed = typeof first === 'object' && first !== null && !Array.isArray(first);
    if (areNamed) return parameters;
    const values = Array.isArray(first) ? (first as unknown[]) : parameters;
    if (values.length < most) return [...values, ...Array.from({ length: most - values.length }, () => null)];
    most = values.length;
    return parameters;
  };
  const columns = statement.columns.bind(statement);
  let found: ReturnType<typeof columns> | undefined;
  statement.columns = () => {
    found ??= columns();
    return found;
  };
  for (const name of ['all', 'run'] as const) {
    const call = statement[name].bind(statement) as (...parameters: unknown[]) => unknown;
    statement[name] = (...parameters: unknown[]): never => {
      try {
        const answer = call(...whole(parameters));
        // Another connection changed the table meanwhile.
        if (found && Array.isArray(answer) && Array.isArray(answer[0]) && answer[0].length !== found.length) forget();
        return answer as never;
      } catch (error) {
        forget();
        throw error;
      }
    };
  }
}
