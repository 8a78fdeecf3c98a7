import type { ErrorCode } from '../runtime/index.js';

/**
 * The control protocol: what a daemon and its clients say to each other. Version 1.
 *
 * One conversation over three carriers: a local socket (frames, see frame-codec.ts), a WebSocket (a text message is one
 * JSON frame, a binary message one sound frame) and in process. The client sends requests, each answered once by
 * `{id, result}` or `{id, error}`, and sound; the daemon sends answers, events with rising `seq`, and taps. The first
 * request is `hello`. After a lost carrier a client says hello again with `resume`: streams, unanswered requests and
 * missed events go on where they stopped. Times named `…AtMs` are milliseconds of the daemon's wall clock.
 */
export const CONTROL_VERSION = 1;

export type StreamKind = 'recorded' | 'live';
export type SoundMode = 'stream' | 'file';
export type IfBusy = 'queue' | 'interrupt' | 'fail';
/** How a tied message acts in MMDAgent-EX, which decides its lead; `auto` knows by the message type. */
export type EffectKind = 'auto' | 'message' | 'lipsync' | 'exmorph';

/** Request names with their parameters and results. */
export interface Requests {
  hello: {
    params: {
      readonly version: number;
      /** Name and version for logs, e.g. `mmdagent-bridge play 0.1.0`. */
      readonly client: string;
      readonly key?: string;
      /** From an earlier welcome, with the last event seen. */
      readonly resume?: { readonly session: string; readonly seq: number };
      /** How long the daemon keeps this session after a lost carrier, milliseconds, at most 60000. 0: not at all. @default daemon's resumeMs */
      readonly resumeMs?: number;
    };
    result: Welcome;
  };
  status: { params: Empty; result: DaemonStatus };
  /** Adds links that are not there yet (idempotent): `[name=]URL`. */
  ensureLinks: {
    params: { readonly links: readonly string[] };
    result: { readonly lanes: readonly string[] };
  };
  /** One message for MMDAgent-EX, `TYPE|ARG|…`; answered when the socket has it. */
  send: { params: SendParams; result: { readonly lane: string; readonly sentAtMs: number } };
  /** The daemon's wall clock, for clients whose own may differ; see `DaemonClock`. */
  clock: { params: Empty; result: { readonly nowMs: number } };
  open: {
    params: OpenParams;
    result: { readonly stream: number; readonly lane: string; readonly acceptedBytes: number };
  };
  /** No more sound will come on this stream. */
  end: { params: { readonly stream: number }; result: Empty };
  /** Stops one stream, or with `lane` everything that is spoken or waits there. At once: nothing leaves after it. */
  interrupt: { params: { readonly stream?: number; readonly lane?: string }; result: Empty };
  tie: { params: TieParams; result: { readonly tie: number } };
  speakFile: {
    params: {
      readonly lane?: string;
      /** Path as MMDAgent-EX sees it. */
      readonly file: string;
      readonly durationMs: number;
      readonly model?: string;
      readonly ifBusy?: IfBusy;
      readonly readyTimeoutMs?: number;
      /** A file on the daemon's machine that is deleted when the utterance has ended, however it ended. */
      readonly temporaryFile?: string;
    };
    result: { readonly stream: number; readonly lane: string };
  };
  subscribe: { params: { readonly topics: readonly Topic[] }; result: Empty };
  metrics: { params: Empty; result: { readonly contentType: string; readonly text: string } };
  /** What a simulator lane plays and how its mouth moves, as it happens. */
  tap: { params: { readonly lane: string }; result: { readonly tap: number } };
  untap: { params: { readonly tap: number }; result: Empty };
  /** Ends a link: drains it, closes it in the one way MMDAgent-EX bears. With a real MMDAgent-EX on it, only with `force`. */
  closeLink: { params: { readonly link: string; readonly force?: boolean }; result: Empty };
  /** Ends the daemon, links closed politely. With a real MMDAgent-EX on a link, only with `force`. */
  stop: { params: { readonly force?: boolean }; result: Empty };
}

export type RequestName = keyof Requests;
export type Empty = Readonly<Record<string, never>>;

export interface OpenParams {
  readonly lane?: string;
  readonly kind: StreamKind;
  readonly mode?: SoundMode;
  readonly model?: string;
  readonly leadMs?: number;
  /** `own`: tied LIPSYNC_START messages move the mouth; MMDAgent-EX's own recogniser is off meanwhile. */
  readonly lips?: 'peer' | 'own';
  readonly ifBusy?: IfBusy;
  /** How long the avatar may stay not ready, milliseconds; left out: the daemon's setting. */
  readonly readyTimeoutMs?: number;
}

export interface SendParams {
  readonly lane?: string;
  readonly message: string;
  /** How long it may wait for a connection; left out: the daemon's setting. */
  readonly timeoutMs?: number;
  /**
   * When the message shall act in MMDAgent-EX: it leaves earlier by what this peer needs to act. At most 60 s ahead; a time
   * that has passed means now. Without a connection such a message is refused at once, for it would come late.
   */
  readonly actAtMs?: number;
  /** How it acts, which decides how much earlier it leaves. Only with `actAtMs`. @default 'auto' */
  readonly kind?: EffectKind;
}

export interface TieParams {
  readonly stream: number;
  /** Position in the stream's own sound, milliseconds. */
  readonly atMs: number;
  /** A message `TYPE|ARG|…`, or morph rates for EXMORPH. */
  readonly message?: string;
  readonly exMorph?: Readonly<Record<string, number>>;
  readonly kind?: EffectKind;
}

export interface Welcome {
  readonly version: number;
  readonly daemon: string;
  readonly pid: number;
  readonly session: string;
  /** False: the old session was gone; its streams ended. */
  readonly isResumed: boolean;
  readonly streams: readonly { readonly stream: number; readonly receivedBytes: number }[];
  readonly aheadMs: number;
}

export interface LaneStatus {
  readonly lane: string;
  /** Masked: a token in the path is not shown. */
  readonly link: string;
  readonly model: string;
  readonly state: 'disconnected' | 'waiting' | 'modelMissing' | 'ready' | 'closed';
  readonly isSimulator: boolean;
  readonly carriesSound: boolean;
  readonly remoteAddress?: string;
  /** Connections so far; a living avatar that was never lost shows 1. */
  readonly connections: number;
  readonly isSpeaking: boolean;
  /** Sound the peer holds that was not heard yet. */
  readonly bufferedMs: number;
  readonly echoMs?: number;
}

export interface LinkStatus {
  readonly name: string;
  readonly url: string;
  readonly status: string;
  readonly error?: string;
}

export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly links: readonly LinkStatus[];
  readonly lanes: readonly LaneStatus[];
  readonly clients: number;
  /** A real MMDAgent-EX is connected: the daemon must stay. */
  readonly isInUse: boolean;
}

/** What a client can hear besides its own streams' events, which come unasked. */
export type Topic = 'lanes' | 'links' | 'messages' | 'streams' | 'levels';

/** Events with their fields. */
export interface Events {
  laneState: LaneStatus;
  linkState: LinkStatus;
  warning: { readonly lane: string; readonly code: string; readonly text: string };
  /** From MMDAgent-EX; `isEcho`: a message of the bridge that came back. */
  message: {
    readonly lane: string;
    readonly type: string;
    readonly args: readonly string[];
    readonly isEcho: boolean;
    readonly isTruncated: boolean;
    readonly atMs: number;
  };
  /** The bridge sent a line. */
  sent: { readonly lane: string; readonly text: string; readonly atMs: number };
  /** Someone began to speak on a lane (topic `streams`), or this client's stream is first heard; told at `atMs`. */
  streamStarted: {
    readonly stream: number;
    readonly lane: string;
    readonly heardAtMs: number;
    readonly atMs: number;
  };
  /** Ten times a second for this client's streams that are being heard; not before the first sample is. */
  streamPosition: { readonly stream: number; readonly heardMs: number; readonly atMs: number };
  streamCredit: { readonly stream: number; readonly acceptedBytes: number };
  tied: { readonly stream: number; readonly tie: number; readonly atMs: number };
  streamEnded: {
    readonly stream: number;
    readonly lane: string;
    readonly reason: 'completed' | 'interrupted' | 'failed';
    readonly heardMs: number;
    readonly error?: ControlErrorBody;
  };
  /** Mouth of a tapped simulator: weights 0-1 of the morphs あ い う お. */
  tapMouth: {
    readonly tap: number;
    readonly a: number;
    readonly i: number;
    readonly u: number;
    readonly o: number;
  };
  /** RMS of what is streamed to an avatar, dBFS from -120 on, one for each `stepMs` and for what is left; heard from `startsInMs` after this was told (topic `levels`). */
  laneLevel: {
    readonly lane: string;
    readonly startsInMs: number;
    readonly stepMs: number;
    readonly levelsDbfs: readonly number[];
  };
  /** Events were dropped because this client reads too slowly. */
  lagged: { readonly dropped: number };
  stopping: Empty;
}

export type EventName = keyof Events;

export interface ControlErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** JSON frames from the client. */
export interface RequestFrame {
  readonly id: number;
  readonly do: string;
  readonly [param: string]: unknown;
}

/** JSON frames from the daemon. */
export type DaemonFrame =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ControlErrorBody }
  | { readonly seq: number; readonly event: EventName; readonly [field: string]: unknown };
