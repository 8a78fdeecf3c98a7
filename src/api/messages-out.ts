import { z } from 'zod';
import { Channel, Failure, Lane, Phase, Phoneme, SessionState, SpeechNumber, TurnNumber } from './parts.js';

/** What the server sends as text. Types only where a browser is meant. */
const seq = z
  .number()
  .int()
  .min(0)
  .describe('Rises with every frame of the connection; not every number is there. 0: before the welcome');
const cue = z.object({
  name: z.string(),
  value: z.string(),
  durationMs: z.number().optional(),
  attributes: z.record(z.string(), z.string()),
});

/** What happens in a session. Each frame also has `type`, `seq` and `channel`. */
export const SESSION_EVENTS = {
  phase: z.object({ phase: Phase }),
  voice: z.object({ isVoice: z.boolean() }),
  partial: z.object({ text: z.string() }),
  accepted: z.object({}),
  ignored: z.object({ text: z.string(), why: z.enum(['backchannel', 'echo', 'asleep', 'noWords']) }),
  turn: z.object({
    turn: TurnNumber,
    by: z.enum(['voice', 'typed', 'peer', 'tool', 'operator', 'avatar']),
    text: z.string(),
    context: z.string(),
  }),
  /** To be silent at once: what was not played is void. */
  cut: z.object({ turn: TurnNumber }),
  /** It was nothing: the reply goes on, and its sound is sent again, from here. */
  resumed: z.object({ turn: TurnNumber, fromMs: z.number() }),
  piece: z.object({
    turn: TurnNumber,
    index: z.number().int(),
    raw: z.string(),
    text: z.string(),
    cues: z.array(cue),
    language: z.string().optional(),
    span: z.object({ startMs: z.number(), endMs: z.number() }).optional(),
  }),
  lips: z.object({ turn: TurnNumber, phonemes: z.array(Phoneme) }),
  given: z.object({ turn: TurnNumber, raw: z.string(), text: z.string() }),
  heard: z.object({ turn: TurnNumber, text: z.string() }),
  tool: z.object({
    turn: TurnNumber,
    callId: z.string(),
    name: z.string(),
    argumentsJson: z.string(),
    stage: z.enum(['called', 'progress', 'result']),
    value: z.unknown(),
    isError: z.boolean(),
  }),
  /** A picture is wanted: answered by `give`. */
  vision: z.object({ picture: z.string(), source: z.string(), turn: TurnNumber }),
  looked: z.object({ picture: z.string() }),
  face: z.object({ face: z.string(), lastsMs: z.number().optional() }),
  credit: z.object({ credit: z.string() }),
  notice: z.object({
    code: z.string(),
    kind: z.enum(['plan', 'note', 'warning']),
    en: z.string(),
    ja: z.string(),
  }),
  fault: z.object({ stage: z.string(), code: z.string(), message: z.string() }),
  context: z.object({ context: z.string() }),
  ended: z.object({
    turn: TurnNumber,
    outcome: z.enum(['completed', 'interrupted', 'failed', 'dropped']),
    context: z.string(),
    user: z.string(),
    reply: z.string(),
    heard: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
    trace: z.record(z.string(), z.number()).describe('Milliseconds after the words were complete, by stage'),
  }),
  /** Nothing follows on this channel. */
  closed: z.object({ why: z.enum(['asked', 'idle', 'displaced', 'shutdown', 'left']) }),
} as const;

/** What happens on lanes. Each frame also has `type` and `seq`. */
export const LANE_EVENTS = {
  laneState: Lane,
  laneMessage: z.object({ lane: z.string(), messageType: z.string(), args: z.array(z.string()) }),
  speechStarted: z.object({ speech: SpeechNumber }),
  speechHeard: z.object({ speech: SpeechNumber, heardMs: z.number() }),
  /** So many bytes may be sent in all. */
  speechCredit: z.object({ speech: SpeechNumber, acceptedBytes: z.number().int() }),
  speechEnded: z.object({
    speech: SpeechNumber,
    reason: z.enum(['completed', 'interrupted', 'failed']),
    heardMs: z.number(),
    error: Failure.optional(),
  }),
} as const;

/** The answer to hello: of this socket, so it has no `seq`. Then comes what was missed. */
const welcome = z.object({
  type: z.literal('welcome'),
  version: z.number().int(),
  server: z.string(),
  features: z.array(z.string()),
  connection: z.string(),
  token: z.string().describe('Secret: with it the connection is resumed'),
  role: z.enum(['visitor', 'client', 'operator']),
  isResumed: z.boolean(),
  soundSeq: z.number().int().describe('The last sound frame that came from this client'),
  keptMs: z.number().describe('So long a lost connection is kept'),
});

/** What is about the connection itself. */
export const CONNECTION_FRAMES = {
  welcome,
  result: z.object({
    type: z.literal('result'),
    seq,
    id: z.number().int(),
    result: z.record(z.string(), z.unknown()),
  }),
  /** Of a request, or without `id`: what came was no frame. */
  error: z.object({ type: z.literal('error'), seq, id: z.number().int().optional(), error: Failure }),
  /** What was told in between is lost; this is how things stand. Requests without an answer are to be repeated. */
  gap: z.object({
    type: z.literal('gap'),
    seq,
    sessions: z.array(SessionState.extend({ channel: Channel })),
  }),
} as const;

export type SessionEventName = keyof typeof SESSION_EVENTS;
export type SessionEvent<Name extends SessionEventName> = z.infer<(typeof SESSION_EVENTS)[Name]>;
export type LaneEventName = keyof typeof LANE_EVENTS;
export type LaneEvent<Name extends LaneEventName> = z.infer<(typeof LANE_EVENTS)[Name]>;
export type Welcome = z.infer<typeof welcome>;
export type ResultFrame = z.infer<(typeof CONNECTION_FRAMES)['result']>;
export type ErrorFrame = z.infer<(typeof CONNECTION_FRAMES)['error']>;
export type GapFrame = z.infer<(typeof CONNECTION_FRAMES)['gap']>;
