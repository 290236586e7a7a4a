/** One family of the Prometheus text format 0.0.4: its lines must stand together. */
export interface Family {
  name: string;
  type: 'gauge' | 'counter' | 'histogram';
  help: string;
  lines: string[];
}

export function family(name: string, type: Family['type'], help: string): Family {
  return { name, type, help, lines: [] };
}

/** `{a="b",c="d"}`; names are ours, values anybody's. */
export function labels(values: Record<string, string>): string {
  const parts = Object.entries(values).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/: backslash, quote and line feed. */
function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));
}

/** A family as text, nothing for one without lines. */
export function writeFamily({ name, type, help, lines }: Family): string {
  if (lines.length === 0) return '';
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}
