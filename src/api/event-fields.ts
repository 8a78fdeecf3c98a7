import { NOTICES, noticeText } from '../runtime/index.js';
import type { SessionEvents } from '../sessions/index.js';
import type { SessionEvent, SessionEventName } from './messages-out.js';

type Fields<Name extends SessionEventName> = SessionEvent<Name>;
/**
 * Events that are frames of text. Sound is binary, also what `pieceAgain` has; `error` is called `fault` here: an `error` answers a
 * request.
 */
type TextEvents = Omit<SessionEvents, 'sound' | 'pieceAgain' | 'error'>;

/** One session event to the fields of its frame. */
type Fill = { readonly [Name in keyof TextEvents]: (...args: TextEvents[Name]) => Fields<Name> } & {
  readonly fault: (...args: SessionEvents['error']) => Fields<'fault'>;
};

const MAX_VALUE_CHARS = 20_000;

/** How each event of a session is told. */
export const EVENT_FIELDS: Fill = {
  phase: (phase) => ({ phase }),
  voice: (isVoice) => ({ isVoice }),
  partial: (text) => ({ text }),
  accepted: () => ({}),
  ignored: (text, why) => ({ text, why }),
  turn: ({ turn, by, text, context }) => ({ turn, by, text, context }),
  cut: (turn) => ({ turn }),
  resumed: (turn, fromMs) => ({ turn, fromMs }),
  piece: ({ turn, index, raw, text, cues, language, span }) => ({
    ...{ turn, index, raw, text, cues: cues.map(cueOf) },
    ...(language === undefined ? {} : { language }),
    ...(span === undefined ? {} : { span }),
  }),
  lips: (turn, phonemes) => ({
    turn,
    phonemes: phonemes.map(({ phoneme, startMs, endMs }) => ({ phoneme, startMs, endMs })),
  }),
  given: (turn, raw, text) => ({ turn, raw, text }),
  heard: (turn, text) => ({ turn, text }),
  tool: ({ turn, callId, name, argumentsJson, stage, value, isError }) => ({
    ...{ turn, callId, name, argumentsJson, stage, isError },
    value: plain(value),
  }),
  vision: ({ id, source, turn }) => ({ picture: id, source, turn }),
  looked: (id) => ({ picture: id }),
  face: (face, lastsMs) => ({ face, ...(Number.isFinite(lastsMs) ? { lastsMs } : {}) }),
  credit: (credit) => ({ credit }),
  notice: (notice) => ({
    code: notice.code,
    kind: NOTICES[notice.code].kind,
    en: noticeText(notice, 'en'),
    ja: noticeText(notice, 'ja'),
  }),
  fault: ({ stage, code, message }) => ({ stage, code, message }),
  context: (context) => ({ context }),
  ended: ({ turn, outcome, context, user, reply, heard, error, trace }) => ({
    ...{ turn, outcome, context, user, reply, heard, trace: { ...trace } },
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  }),
  closed: (why) => ({ why }),
};

function cueOf({ name, value, durationMs, attributes }: SessionEvents['piece'][0]['cues'][number]): {
  name: string;
  value: string;
  durationMs?: number;
  attributes: Record<string, string>;
} {
  return { name, value, attributes: { ...attributes }, ...(durationMs === undefined ? {} : { durationMs }) };
}

/** What a tool gave, as far as it is JSON of a bounded length; else its text. */
function plain(value: unknown): unknown {
  try {
    const text = JSON.stringify(value) ?? 'null';
    return text.length <= MAX_VALUE_CHARS ? JSON.parse(text) : text.slice(0, MAX_VALUE_CHARS);
  } catch {
    return String(value).slice(0, MAX_VALUE_CHARS);
  }
}
