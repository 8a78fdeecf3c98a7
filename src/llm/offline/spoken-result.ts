import { inOneLine } from '../../runtime/index.js';

const MAX_LETTERS = 200;
const MAX_FIELDS = 6;

/** What a tool gave as one line that can be spoken: fields of JSON with their names, anything else as it is. */
export function spokenResult(text: string): string {
  const line = inOneLine(plain(parsed(text)));
  const letters = [...line];
  const shown = letters.length > MAX_LETTERS ? `${letters.slice(0, MAX_LETTERS).join('')}…` : line;
  return /[.。!?…]$/.test(shown) ? shown : `${shown}${/[\u3040-\u9fff]/.test(shown) ? '。' : '.'}`;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.slice(0, MAX_FIELDS).map(plain).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .slice(0, MAX_FIELDS)
    .map(([name, inner]) => `${name.replace(/[_-]+/g, ' ')}: ${plain(inner)}`)
    .join(', ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
