import type { SessionRecord, SessionSummary, TurnRecord } from '../kept/index.js';
import { traceText } from './chat-trace.js';
import { printable } from './printable.js';

/** Of a tool's call; more of it is in --json. */
const MAX_TOOL_CHARS = 200;
const INDENT = '      ';

/** A session on one line. @param digits - of its id. */
export function sessionLine(session: SessionSummary, digits: number): string {
  const { id, startedAtMs, lastAtMs, turns, bytes } = session;
  const times = `${dayText(startedAtMs)} ${timeText(startedAtMs)}-${timeText(lastAtMs)}`;
  const size = sizeText(bytes).padStart(8);
  return `${id.slice(0, digits)}  ${times}  ${turnsText(turns).padStart(9)}  ${size}  ${aboutText(session)}`.trimEnd();
}

/** All of a session, a line each. @param hasTimings - whether every turn tells when what happened in it. */
export function sessionText(
  session: SessionRecord,
  { hasTimings }: { readonly hasTimings: boolean },
): string[] {
  const { id, startedAtMs, lastAtMs, turns, bytes, records, recordings, damagedLines } = session;
  const sounds = recordings.length === 0 ? '' : ` (${recordings.length} recordings)`;
  const facts = [
    aboutText(session),
    turnsText(turns),
    `${sizeText(bytes)}${sounds}`,
    damagedLines === 0 ? '' : `${damagedLines} damaged lines left out`,
  ];
  return [
    `Session ${id}`,
    `${dayText(startedAtMs)} ${timeText(startedAtMs)} to ${dayText(lastAtMs)} ${timeText(lastAtMs)}; ${facts.filter((fact) => fact !== '').join('; ')}`,
    ...records.flatMap((record) => turnText(record, hasTimings)),
  ];
}

/** `2.3 MB`, in powers of 1000. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function turnsText(turns: number): string {
  return turns === 1 ? '1 turn' : `${turns} turns`;
}

function turnText(record: TurnRecord, hasTimings: boolean): string[] {
  const { turn, by, startedAtMs, outcome, user, reply, heard, calls = [], error, trace } = record;
  const times = hasTimings ? traceText(trace) : '';
  return [
    `${String(turn).padStart(4)}  ${timeText(startedAtMs)}  ${by}${outcome === 'completed' ? '' : `, ${outcome}`}`,
    ...part('user', user),
    ...calls.flatMap(({ name, arguments: given, result, isError }) =>
      part('tool', cut(`${name} ${jsonText(given)} → ${isError ? 'failed: ' : ''}${jsonText(result)}`)),
    ),
    ...part('reply', reply),
    // Else it is the reply without its tags.
    ...(outcome === 'completed' ? [] : part('heard', heard)),
    ...(error === undefined ? [] : part('error', `${error.message} (${error.code})`)),
    ...part('times', times),
  ];
}

function part(name: string, text: string): string[] {
  return text === '' ? [] : [`${INDENT}${name.padEnd(5)}  ${oneLine(text)}`];
}

function aboutText({ user, conversation, lane, language }: SessionSummary): string {
  const parts = Object.entries({ user, conversation, lane, language });
  return parts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${oneLine(value)}`]))
    .join(', ');
}

/** What others said, on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, ' '));
}

export function jsonText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cut(text: string): string {
  return text.length <= MAX_TOOL_CHARS ? text : `${text.slice(0, MAX_TOOL_CHARS)}…`;
}

/** Of this machine's place on earth. */
function dayText(wallMs: number): string {
  const date = new Date(wallMs);
  if (Number.isNaN(date.getTime())) return '????-??-??';
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
}

function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  if (Number.isNaN(date.getTime())) return '??:??:??';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}
