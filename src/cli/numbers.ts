import { ConfigError } from '../runtime/index.js';
import { type Arguments, textArg } from './context.js';

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/**
 * A number option, checked by ourselves: yargs would turn `80x` into NaN without a word.
 *
 * @throws {ConfigError} BRIDGE_ERR_USAGE
 */
export function numberArg(args: Arguments, name: string, range: NumberRange): number | undefined {
  const text = textArg(args, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < range.min || value > range.max) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--${name}: expected a number from ${range.min} to ${range.max} ${range.unit}, got "${text.slice(0, 40)}"`,
    );
  }
  return value;
}
