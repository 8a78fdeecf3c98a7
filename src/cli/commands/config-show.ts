import { MASK, shownConfig } from '../../config/index.js';
import type { CommandContext } from '../context.js';
import { environmentRows } from '../environment-rows.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

/** `config show`: every setting with its value and where it came from, and what the environment gives engines; secrets masked. */
export async function configShow(context: CommandContext): Promise<number> {
  const { resolved, io, args } = context;
  const settings = shownConfig(resolved);
  const { rows, faults } = await environmentRows(resolved.config, io.env);
  for (const fault of faults) context.say(`warning: ${fault}`);
  if (args['json'] === true) {
    const shown = [
      ...settings.map(({ key, value, origin }) => [key, { value, origin }] as const),
      ...rows.map(({ key, name }) => [key, { value: MASK, origin: 'env', variable: name }] as const),
    ];
    context.print(printableJson(Object.fromEntries(shown)));
    return EXIT.ok;
  }
  const width = Math.max(...[...settings, ...rows].map(({ key }) => key.length));
  for (const { key, value, origin } of settings)
    context.print(`${key.padEnd(width)}  ${shownValue(value)}  (${origin})`);
  for (const { key, name } of rows) context.print(`${key.padEnd(width)}  from the environment (${name})`);
  return EXIT.ok;
}

function shownValue(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).length === 0 ? '-' : printableJson(value);
}
