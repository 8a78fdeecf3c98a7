import { stat, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AvatarLane, EffectKind, SpeechStream, Utterance, UtteranceEnd } from '../avatar/index.js';
import type { Requests, TieParams } from '../control/index.js';
import { encodeAvatarCommand, encodeMessage, messageText, parseMessage } from '../protocol/index.js';
import { type Clock, RequestError } from '../runtime/index.js';
import { type ControlSession, errorBody } from './control-session.js';
import type { LaneRegistry } from './lane-registry.js';
import type { DaemonSettings } from './settings.js';

export interface HandlersOptions {
  readonly settings: DaemonSettings;
  readonly clock: Clock;
  readonly registry: LaneRegistry;
  /** Tells every session that listens to a topic, except the one that owns the stream. */
  readonly onStreamStarted: (owner: ControlSession, stream: number, lane: string, heardAtMs: number) => void;
  readonly onInterrupted: (lane: string) => void;
  /** Something waits for its turn to be said. `speech`: the same, where it is streamed. */
  readonly onUtterance: (lane: AvatarLane, utterance: Utterance, speech: SpeechStream | undefined) => void;
}

/** Files that this bridge puts into a shared folder for MMDAgent-EX, and nothing else, may be deleted on a client's word. */
export const TEMPORARY_FILE_NAME = /^\.?mmdagent-bridge-[a-zA-Z0-9-]+\.wav$/;

/** A cue further ahead is more likely a clock that is wrong. */
const MAX_CUE_MS = 60_000;

/** Requests that make the avatar speak and send: from control frames to lanes and back to events. */
export class SpeakingHandlers {
  readonly #options: HandlersOptions;
  #lastStream = 0;

  constructor(options: HandlersOptions) {
    this.#options = options;
  }

  async send(params: Requests['send']['params']): Promise<Requests['send']['result']> {
    const { clock, registry, settings } = this.#options;
    const lane = registry.resolve(params.lane, false);
    const message = parseMessage(params.message);
    if (params.actAtMs === undefined) {
      await lane.send(message, params.timeoutMs ?? settings.readyTimeoutMs);
      return { lane: lane.name, sentAtMs: clock.wallMs() };
    }
    const inMs = params.actAtMs - clock.wallMs();
    if (inMs > MAX_CUE_MS) {
      throw new RequestError(
        'BRIDGE_ERR_USAGE',
        `Expected a message that acts within ${MAX_CUE_MS / 1000} s, got one ${Math.round(inMs / 1000)} s ahead; is it a time of the daemon's clock?`,
      );
    }
    const kind = effectOf(message.type, params.kind ?? 'auto');
    const sentAtMs = await lane.cue(message, clock.nowMs() + inMs, kind);
    return { lane: lane.name, sentAtMs: this.#wallAtMs(sentAtMs) };
  }

  clock(): Requests['clock']['result'] {
    return { nowMs: this.#options.clock.wallMs() };
  }

  open(session: ControlSession, params: Requests['open']['params']): Requests['open']['result'] {
    const { settings, registry } = this.#options;
    const lane = registry.resolve(params.lane, true);
    const speech = lane.openStream(this.#nextStream(), {
      kind: params.kind,
      mode: params.mode ?? (params.kind === 'live' ? 'stream' : settings.mode),
      leadMs: params.leadMs ?? settings.leadMs,
      aheadMs: settings.aheadMs,
      readyTimeoutMs: params.readyTimeoutMs ?? settings.readyTimeoutMs,
      ...(params.model === undefined ? {} : { model: params.model }),
      ...(params.lips === undefined ? {} : { lips: params.lips }),
      ...(params.ifBusy === undefined ? {} : { ifBusy: params.ifBusy }),
    });
    this.#own(session, lane, speech, speech);
    return { stream: speech.id, lane: lane.name, acceptedBytes: speech.acceptedBytes };
  }

  speakFile(
    session: ControlSession,
    params: Requests['speakFile']['params'],
  ): Requests['speakFile']['result'] {
    const { settings, registry } = this.#options;
    const temporaryFile = params.temporaryFile;
    if (temporaryFile !== undefined && !TEMPORARY_FILE_NAME.test(basename(temporaryFile))) {
      throw new RequestError(
        'BRIDGE_ERR_USAGE',
        'Expected a temporary file made by the bridge: no other is deleted',
      );
    }
    const lane = registry.resolve(params.lane, true);
    const utterance = lane.speakFile(this.#nextStream(), params.file, params.durationMs, {
      readyTimeoutMs: params.readyTimeoutMs ?? settings.readyTimeoutMs,
      ...(params.model === undefined ? {} : { model: params.model }),
      ...(params.ifBusy === undefined ? {} : { ifBusy: params.ifBusy }),
    });
    if (temporaryFile !== undefined) utterance.events.on('ended', () => void removeFile(temporaryFile));
    this.#own(session, lane, utterance, undefined);
    return { stream: utterance.id, lane: lane.name };
  }

  end(session: ControlSession, params: Requests['end']['params']): void {
    // A stream that was interrupted meanwhile has nothing more to end.
    session.streams.get(params.stream)?.speech?.end();
  }

  interrupt(session: ControlSession, params: Requests['interrupt']['params']): void {
    if (params.stream !== undefined) {
      session.streams.get(params.stream)?.utterance.interrupt();
      return;
    }
    this.#options.registry.resolve(params.lane, true).interrupt();
  }

  tie(session: ControlSession, params: TieParams): Requests['tie']['result'] {
    const owned = session.streams.get(params.stream);
    if (owned?.speech === undefined) {
      throw new RequestError(
        'BRIDGE_ERR_STREAM_UNKNOWN',
        `Expected one of this client's open streams, got ${params.stream}`,
      );
    }
    const { speech } = owned;
    if (params.exMorph !== undefined) {
      const command = { verb: 'exMorph', rates: params.exMorph } as const;
      encodeAvatarCommand(command);
      return { tie: speech.tie(params.atMs, 'exmorph', { command }) };
    }
    if (params.message === undefined) {
      throw new RequestError('BRIDGE_ERR_CONTROL_PROTOCOL', 'Expected `message` or `exMorph` to tie');
    }
    const message = parseMessage(params.message);
    const frame = encodeMessage(message.type, ...message.args);
    const content = { frame, text: messageText(message) };
    return { tie: speech.tie(params.atMs, effectOf(message.type, params.kind ?? 'auto'), content) };
  }

  #wallAtMs(atMs: number): number {
    const { clock } = this.#options;
    return clock.wallMs() + (atMs - clock.nowMs());
  }

  #nextStream(): number {
    this.#lastStream = (this.#lastStream % 0xffff_fff0) + 1;
    return this.#lastStream;
  }

  #own(
    session: ControlSession,
    lane: AvatarLane,
    utterance: Utterance,
    speech: SpeechStream | undefined,
  ): void {
    const { onStreamStarted, onInterrupted, onUtterance } = this.#options;
    const stream = utterance.id;
    onUtterance(lane, utterance, speech);
    session.streams.set(stream, { utterance, speech, lane: lane.name });
    utterance.events.on('started', (heardAtMs) =>
      onStreamStarted(session, stream, lane.name, this.#wallAtMs(heardAtMs)),
    );
    utterance.events.on('credit', (acceptedBytes) =>
      session.event('streamCredit', { stream, acceptedBytes }),
    );
    utterance.events.on('tiedSent', ({ tieId, sentAtMs }) =>
      session.event('tied', { stream, tie: tieId, atMs: this.#wallAtMs(sentAtMs) }),
    );
    utterance.events.on('ended', (end: UtteranceEnd) => {
      session.streams.delete(stream);
      if (end.reason === 'interrupted') onInterrupted(lane.name);
      session.event('streamEnded', {
        stream,
        lane: lane.name,
        reason: end.reason,
        heardMs: Math.round(end.heardMs * 100) / 100,
        ...(end.reason === 'failed' ? { error: errorBody(end.error) } : {}),
      });
    });
  }
}

function effectOf(type: string, kind: NonNullable<TieParams['kind']>): EffectKind {
  if (kind !== 'auto') return kind;
  return type === 'LIPSYNC_START' ? 'lipsync' : 'message';
}

async function removeFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) await unlink(path);
  } catch {
    // It is gone already, or the folder is: nothing is left to clean up.
  }
}
