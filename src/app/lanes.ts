import type { AvatarPort, AvatarSound, AvatarSpeech, AvatarSpeechEnd } from '../api/index.js';
import { type BridgeClient, LipsLink, type SpeechHandle, subscribe, unsubscribe } from '../client/index.js';
import type { LaneStatus } from '../control/index.js';
import { closingMessage, createLipsDriver, DEFAULT_LIP_TABLE, PhonemeNames } from '../lipsync/index.js';
import { BridgeError, type Clock, Emitter, errorText, RequestError } from '../runtime/index.js';
import type { SayListener, SpeakerPort } from '../server/index.js';

export interface LanesOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  /** Who speaks texts. */
  readonly speaker: SpeakerPort;
  /** How long an avatar may stay not ready, milliseconds. */
  readonly readyTimeoutMs: number;
}

/** The avatars of the bridge for programs: the daemon's, and the voice of the settings. */
export function createLanes(options: LanesOptions): AvatarPort {
  const { client } = options;
  return {
    lanes: async () => (await client.request('status', {})).lanes.map(laneOf),
    say: (wish) => said(options, wish),
    play: async ({ kind, lane, ifBusy }) =>
      soundOf(
        await client.open({
          kind,
          ...(lane === undefined ? {} : { lane }),
          ...(ifBusy === undefined ? {} : { ifBusy }),
        }),
      ),
    interrupt: async (lane) => {
      await client.request('interrupt', lane === undefined ? {} : { lane });
    },
    send: async (message, lane) =>
      (await client.request('send', { message, ...(lane === undefined ? {} : { lane }) })).lane,
    lips: (wish) => movedLips(options, wish),
    watch: ({ onLane, onMessage }) => {
      const offs = [
        client.events.on('laneState', (lane) => onLane(laneOf(lane))),
        client.events.on('message', ({ lane, type, args, isEcho }) => {
          if (!isEcho) onMessage({ lane, type, args });
        }),
      ];
      const watcher = {};
      void subscribe(client, watcher, ['lanes', 'messages']).catch(() => {});
      return () => {
        for (const off of offs.splice(0)) off();
        unsubscribe(client, watcher);
      };
    },
  };
}

/** Lips that come in time are on their way within it. */
const LIPS_SLACK_MS = 400;

function laneOf({ lane, model, state, isSimulator, isSpeaking }: LaneStatus) {
  return { lane, model, state, isSimulator, isSpeaking };
}

/** Settles when it is on its way, or was refused. */
function said({ speaker }: LanesOptions, wish: Parameters<AvatarPort['say']>[0]): Promise<AvatarSpeech> {
  const stop = new AbortController();
  const events: AvatarSpeech['events'] = new Emitter();
  return new Promise((resolve, reject) => {
    let isUnderWay = false;
    const listener: SayListener = {
      onOpened: (lane) => {
        isUnderWay = true;
        resolve({ lane, events, ended: end, stop: () => stop.abort() });
      },
      onStarted: () => events.emit('started'),
      onHeard: (heardMs) => events.emit('heard', heardMs),
      onSentence: () => {},
    };
    // Not before `end` is there: a voice may be under way at once.
    const end = Promise.resolve()
      .then(() => speaker.say({ ...wish, signal: stop.signal }, listener))
      .then(
        (outcome): AvatarSpeechEnd => outcome,
        (error: unknown): AvatarSpeechEnd => {
          if (stop.signal.aborted) return { reason: 'interrupted', heardMs: 0 };
          if (!isUnderWay) reject(error);
          return { reason: 'failed', heardMs: 0, error: failureOf(error) };
        },
      );
  });
}

function soundOf(handle: SpeechHandle): AvatarSound {
  const events: AvatarSound['events'] = new Emitter();
  handle.events.on('started', () => events.emit('started'));
  handle.events.on('position', (heardMs) => events.emit('heard', heardMs));
  return {
    lane: handle.lane,
    events,
    ended: handle.ended,
    stop: () => void handle.interrupt().catch(() => {}),
    write: (pcm) => handle.write(pcm),
    end: () => void handle.end().catch(() => {}),
  };
}

/** The mouth for a sound that somebody else plays: closed again behind it. */
async function movedLips(
  { client, clock, readyTimeoutMs }: LanesOptions,
  { phonemes, lane, startsInMs }: Parameters<AvatarPort['lips']>[0],
): Promise<string> {
  const startsAtMs = clock.nowMs() + startsInMs;
  const table = DEFAULT_LIP_TABLE;
  const opening = new AbortController();
  const link = await LipsLink.open({
    ...{ client, clock, lane, readyTimeoutMs, model: undefined, offsetMs: 0, signal: opening.signal },
    closing: (model) => closingMessage(model, table),
  });
  const driver = createLipsDriver({
    clock,
    timeline: { heardAtMs: (positionMs) => startsAtMs + positionMs },
    model: link.model,
    names: new PhonemeNames(table),
    keepsHeard: false,
    send: (message, actAtMs) => link.send(message, actAtMs),
  });
  link.onMessage = (type, args) => driver.received(type, args);
  driver.append(phonemes);
  driver.finish();
  driver.start(0);
  const lastsMs = (phonemes.at(-1)?.endMs ?? 0) + startsInMs + LIPS_SLACK_MS;
  let giveUp = (): void => {};
  const isLate = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const timer = clock.after(lastsMs, giveUp);
  void Promise.race([driver.whenDone(), isLate, link.failed.catch(() => {})])
    .then(() => driver.stop())
    .catch(() => {})
    .finally(() => {
      timer.cancel();
      link.close();
    });
  return link.lane;
}

function failureOf(error: unknown): BridgeError {
  return error instanceof BridgeError ? error : new RequestError('BRIDGE_ERR_STATE', errorText(error));
}
