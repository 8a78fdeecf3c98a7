import { itemValue, msText } from './item-value.js';
import type { Tier, Timeline } from './tier.js';
import type { TimelineItem } from './timeline.js';

const COLUMNS = [
  'tier',
  'start_ms',
  'end_ms',
  'start_monotonic_ms',
  'end_monotonic_ms',
  'start_wall_iso',
  'end_wall_iso',
  'sound_start_ms',
  'sound_end_ms',
  'utterance',
  'model',
  'part',
  'message_ms',
  'event_start_ms',
  'event_stop_ms',
  'value',
] as const;

/** Of conversations, in which other things are known. */
const TURN_COLUMNS = [
  'tier',
  'start_ms',
  'end_ms',
  'start_wall_iso',
  'end_wall_iso',
  'turn',
  'by',
  'outcome',
  'value',
] as const;

type Column = (typeof COLUMNS | typeof TURN_COLUMNS)[number];
type Row = Readonly<Record<Column, string | number | undefined>>;

/** What spreadsheets take for a formula, also in its full-width forms, and the guard itself. */
const FORMULA = /^[=+\-@\t\r＝＋－＠']/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * The time line as CSV (RFC 4180: CRLF, quotes doubled; UTF-8 without a byte order mark), a header and one row for each item,
 * by their starts; recordings and conversations have columns of their own. What an item does not have is an empty cell.
 *
 * A text cell that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that begins with an
 * apostrophe: taking one leading apostrophe off gives every text back.
 */
export async function* csv(session: Timeline): AsyncGenerator<string, void> {
  const isConversation = session.info.tiers.every(({ kind }) => kind === 'turn' || kind === 'turnMark');
  const columns: readonly Column[] = isConversation ? TURN_COLUMNS : COLUMNS;
  yield `${columns.join(',')}\r\n`;
  for await (const { tier, item } of session.timeline()) {
    const cells = row(session, tier, item);
    yield `${columns.map((column) => cell(cells[column])).join(',')}\r\n`;
  }
}

function row({ info, wall }: Timeline, tier: Tier, item: TimelineItem): Row {
  const { startMs, endMs } = item;
  const beginMs = info.monotonicMs;
  const isSound = item.kind === 'sound';
  const isLip = item.kind === 'lip';
  const turn = item.kind === 'turn' || item.kind === 'turnMark' ? item : undefined;
  return {
    tier: tier.name,
    start_ms: startMs,
    end_ms: endMs,
    start_monotonic_ms: beginMs === undefined ? undefined : beginMs + startMs,
    end_monotonic_ms: beginMs === undefined ? undefined : beginMs + endMs,
    start_wall_iso: wall.wallIso(startMs),
    end_wall_iso: wall.wallIso(endMs),
    sound_start_ms: isSound ? item.soundStartMs : undefined,
    sound_end_ms: isSound ? item.soundEndMs : undefined,
    utterance: item.kind === 'utterance' ? item.utterance : undefined,
    model: isLip || item.kind === 'utterance' ? item.model : undefined,
    part: isLip ? item.part : undefined,
    message_ms: isLip ? item.messageAtMs : undefined,
    event_start_ms: isLip ? item.eventStartMs : undefined,
    event_stop_ms: isLip ? item.eventStopMs : undefined,
    turn: turn?.turn,
    by: turn?.by,
    outcome: turn?.outcome,
    value: itemValue(item),
  };
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return msText(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
