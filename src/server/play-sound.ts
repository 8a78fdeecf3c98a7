import type { ServerResponse } from 'node:http';
import type { SoundSource } from '../audio/index.js';
import type { BridgeClient, SpeechEnd, SpeechHandle } from '../client/index.js';
import type { IfBusy } from '../control/index.js';
import { errorText, type Logger } from '../runtime/index.js';
import { answerJson } from './http-answer.js';

export interface PlayTarget {
  readonly lane?: string;
  readonly ifBusy?: IfBusy;
}

export interface PlayOptions {
  readonly client: BridgeClient;
  readonly logger: Logger;
  readonly target: PlayTarget;
  /** Answer by JSON lines: the start, where it is heard, the end. Else one JSON object at the start. */
  readonly isFollowed: boolean;
}

/** A reader of JSON lines that is this far behind gets no more positions. */
const BEHIND_BYTES = 64 * 1024;

/**
 * Speaks a sound through the avatar and answers when it begins to be heard.
 *
 * @returns When all of the sound was given to the daemon, or it takes no more; the response is answered by then, or goes on
 *   by itself until the sound has been heard. Closes the sound.
 * @throws {BridgeError} what `open` was refused with, or why it failed before it was heard: nothing was answered then.
 */
export async function playSound(
  sound: SoundSource,
  response: ServerResponse,
  options: PlayOptions,
): Promise<void> {
  const handle = await openOrClose(sound, options);
  const fed = feed(sound, handle, options.logger);
  try {
    const end = await startOrEnd(handle);
    if (end?.error !== undefined) throw end.error;
    const opening = {
      stream: handle.stream,
      lane: handle.lane,
      ...(sound.durationMs === undefined ? {} : { durationMs: Math.round(sound.durationMs) }),
      ...(handle.startedAtMs === undefined ? {} : { heardAtMs: handle.startedAtMs }),
    };
    if (options.isFollowed) follow(handle, response, opening);
    else answerJson(response, 200, opening);
  } finally {
    await fed;
  }
}

async function openOrClose(sound: SoundSource, { client, target }: PlayOptions): Promise<SpeechHandle> {
  try {
    return await client.open({ kind: 'recorded', ...target });
  } catch (error) {
    await sound.close();
    throw error;
  }
}

/** Gives the sound to the daemon as fast as it takes it; what could be read is spoken to its end. */
async function feed(sound: SoundSource, handle: SpeechHandle, logger: Logger): Promise<void> {
  const offEnded = handle.events.on('ended', () => void sound.close());
  try {
    for await (const pcm of sound.frames()) {
      if (handle.isEnded) break;
      await handle.write(pcm);
    }
  } catch (error) {
    logger.warn({ sound: sound.name, reason: errorText(error) }, 'Sound ended early');
  }
  offEnded();
  await sound.close();
  // The daemon is gone or the stream is: its end says so.
  await handle.end().catch(() => {});
}

function startOrEnd(handle: SpeechHandle): Promise<SpeechEnd | undefined> {
  if (handle.startedAtMs !== undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    handle.events.once('started', () => resolve(undefined));
    void handle.ended.then(resolve);
  });
}

/** Lines until the sound has been heard. A reader that goes away changes nothing for the avatar. */
function follow(handle: SpeechHandle, response: ServerResponse, opening: object): void {
  if (response.destroyed) return;
  const line = (value: object): void => void response.write(`${JSON.stringify(value)}\n`);
  response.writeHead(200, {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  line(opening);
  const offPosition = handle.events.on('position', (heardMs) => {
    if (response.writableLength < BEHIND_BYTES) line({ heardMs });
  });
  response.on('close', offPosition);
  void handle.ended.then(({ reason, heardMs, error }) => {
    offPosition();
    const failure = error === undefined ? {} : { error: { code: error.code, message: error.message } };
    response.end(`${JSON.stringify({ ended: reason, heardMs, ...failure })}\n`);
  });
}
