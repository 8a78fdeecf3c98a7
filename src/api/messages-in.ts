import { z } from 'zod';
import {
  Channel,
  GivenPicture,
  IfBusy,
  isPictureOrRefusal,
  Lane,
  LaneIfBusy,
  LaneMessage,
  LaneName,
  Line,
  Milliseconds,
  OpenWish,
  Phoneme,
  PICTURE_OR_REFUSAL,
  Question,
  SessionFacts,
  SessionState,
  SpeechNumber,
  SpokenText,
  Tuning,
  TurnNumber,
} from './parts.js';

/** What a client may send as text, with what it is answered. Types only where a browser is meant. */
const nothing = z.object({});
const channel = z.strictObject({ channel: Channel });
const begun = z.object({ turn: TurnNumber });
const opened = SessionState.extend({ channel: Channel });
const speech = z.object({ speech: SpeechNumber, lane: z.string() });

/** Requests: each has an `id`, and gets exactly one `result` or `error` with it. */
export const REQUESTS = {
  /** A session of this caller; one of that name goes on. */
  open: { params: OpenWish, result: opened },
  /** A session by its number, as `list` told it. */
  attach: {
    params: z.strictObject({
      session: z.string().min(1).max(128),
      isWatching: z
        .boolean()
        .optional()
        .describe(
          'Only to be told: no sound and no lips come, and the session expires as if nobody was there',
        ),
    }),
    result: opened,
  },
  ask: { params: Question.extend({ channel: Channel }), result: begun },
  say: {
    params: z.strictObject({ channel: Channel, text: SpokenText, ifBusy: IfBusy.optional() }),
    result: begun,
  },
  /** The welcome, to somebody who was not answered before. */
  greet: { params: channel, result: z.object({ turn: TurnNumber.optional() }) },
  /** Ends one turn that was asked for here. */
  cancel: { params: z.strictObject({ channel: Channel, turn: TurnNumber }), result: nothing },
  interrupt: { params: channel, result: nothing },
  press: { params: channel, result: nothing },
  release: { params: channel, result: nothing },
  endOfSpeech: { params: channel, result: nothing },
  forget: { params: channel, result: nothing },
  /** What `say` says is the reply from now on, and no model is asked. Operators only. */
  takeOver: { params: channel, result: nothing },
  /** The model answers again. Operators only. */
  handBack: { params: channel, result: nothing },
  give: {
    params: GivenPicture.extend({ channel: Channel }).refine(isPictureOrRefusal, PICTURE_OR_REFUSAL),
    result: nothing,
  },
  tune: { params: Tuning.extend({ channel: Channel }), result: nothing },
  messages: { params: channel, result: z.object({ messages: z.array(Line) }) },
  /** Lets go of the session: it ends by itself when nobody comes back. */
  leave: { params: channel, result: nothing },
  /** Ends the session. */
  close: { params: channel, result: nothing },
  list: { params: z.strictObject({}), result: z.object({ sessions: z.array(SessionFacts) }) },
  personas: { params: z.strictObject({}), result: z.object({ personas: z.array(z.string()) }) },
  ping: { params: z.strictObject({}), result: nothing },
  lanes: { params: z.strictObject({}), result: z.object({ lanes: z.array(Lane) }) },
  laneSay: {
    params: z.strictObject({
      lane: LaneName.optional(),
      text: SpokenText,
      engine: z.string().min(1).max(200).optional(),
      voice: z.string().min(1).max(200).optional(),
      ifBusy: LaneIfBusy.optional(),
    }),
    result: speech,
  },
  /** Opens a lane for sound: frames of kind 3 follow. */
  lanePlay: {
    params: z.strictObject({
      lane: LaneName.optional(),
      kind: z.enum(['recorded', 'live']).optional().describe('Default recorded'),
      ifBusy: LaneIfBusy.optional(),
    }),
    result: speech,
  },
  /** No more sound follows. */
  laneEnd: { params: z.strictObject({ speech: SpeechNumber }), result: nothing },
  /** Ends one speech of this connection at once. */
  laneStop: { params: z.strictObject({ speech: SpeechNumber }), result: nothing },
  laneInterrupt: { params: z.strictObject({ lane: LaneName.optional() }), result: nothing },
  laneMessage: {
    params: z.strictObject({ lane: LaneName.optional(), message: LaneMessage }),
    result: z.object({ lane: z.string() }),
  },
  laneLips: {
    params: z.strictObject({
      lane: LaneName.optional(),
      phonemes: z.array(Phoneme).min(1).max(2000),
      startsInMs: Milliseconds.max(60_000).optional().describe('Default 0'),
    }),
    result: z.object({ lane: z.string() }),
  },
  /** Whether `laneState` and `laneMessage` are told here. */
  watchLanes: { params: z.strictObject({ isWatched: z.boolean() }), result: nothing },
} as const;

/** What needs no answer: without `id`. */
export const NOTES = {
  /** What is heard now of a turn's sound. */
  played: z.strictObject({
    type: z.literal('played'),
    channel: Channel,
    turn: TurnNumber,
    heardMs: Milliseconds,
  }),
  /** All frames up to this one came: the server keeps them no longer. */
  ack: z.strictObject({ type: z.literal('ack'), seq: z.number().int().min(0) }),
} as const;

/** The first frame of a connection. */
export const Hello = z.strictObject({
  type: z.literal('hello'),
  version: z.number().int(),
  client: z.string().max(200).optional().describe('Name and version, for logs'),
  resume: z
    .strictObject({
      connection: z.string().max(128),
      token: z.string().max(128),
      lastSeq: z.number().int().min(0),
    })
    .optional()
    .describe('As an earlier welcome told it, with the last frame that came'),
});

export type RequestName = keyof typeof REQUESTS;
export type RequestParams<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]['params']>;
export type RequestResult<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]['result']>;
export type NoteName = keyof typeof NOTES;
export type Note = z.infer<(typeof NOTES)[NoteName]>;
export type Hello = z.infer<typeof Hello>;
