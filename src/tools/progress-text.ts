import { inOneLine } from '../runtime/index.js';
import { faultText, resultText } from './result-text.js';

/** What people are told of how far a tool is, in one line. */
const MAX_CHARS = 200;

/**
 * How far a tool is, for people: its own words, else a share of the whole, else what it gave, as JSON.
 *
 * @param value - of `progress`: anything; of MCP `{progress, total, message}`.
 * @source MCP specification 2025-06-18, "Progress": progress and total are numbers, total and message may be missing
 */
export function progressText(value: unknown): string {
  const { message, progress, total } = (typeof value === 'object' && value !== null ? value : {}) as Progress;
  const words = [typeof message === 'string' ? message : '', shareOf(progress, total)].filter(
    (text) => text.trim() !== '',
  );
  return shortLine(words.length === 0 ? written(value) : words.join(' · '));
}

interface Progress {
  readonly message?: unknown;
  readonly progress?: unknown;
  readonly total?: unknown;
}

function shareOf(progress: unknown, total: unknown): string {
  if (typeof progress !== 'number' || !Number.isFinite(progress)) return '';
  if (typeof total !== 'number' || !(total > 0)) return String(progress);
  return `${Math.round((100 * progress) / total)} %`;
}

function written(value: unknown): string {
  if (value === undefined || value === null) return '…';
  try {
    return resultText(value, MAX_CHARS);
  } catch (error) {
    return faultText(error);
  }
}

function shortLine(text: string): string {
  const line = inOneLine(text);
  return line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
