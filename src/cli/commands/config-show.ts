import { shownConfig } from '../../config/index.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

/** `config show`: every setting with its value and where it came from; secrets masked. */
export function configShow(context: CommandContext): number {
  const rows = shownConfig(context.resolved);
  if (context.args['json'] === true) {
    context.print(
      printableJson(Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }]))),
    );
    return EXIT.ok;
  }
  const width = Math.max(...rows.map(({ key }) => key.length));
  for (const { key, value, origin } of rows) {
    const shown = shownValue(value);
    context.print(`${key.padEnd(width)}  ${shown}  (${origin})`);
  }
  return EXIT.ok;
}

function shownValue(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).length === 0 ? '-' : printableJson(value);
}
