import type { Exchange } from '../../vendor/index.js';
import type { EngineClient } from '../http/engine-client.js';
import { type HeardPart, type HearRequest, NOTHING_HEARD } from './heard-part.js';
import { LevelTrack } from './level-track.js';
import { collected } from './sound-pieces.js';

/** Quieter than this is sent to nobody: it costs, and engines invent. */
const SILENT_DBFS = -65;

export interface WholeSoundCall {
  readonly client: EngineClient;
  readonly request: HearRequest;
  readonly maxSeconds: number;
  /** Sends the sound; given the signal that ends it. @param pcm - s16le mono 16 kHz, not empty. */
  readonly send: (pcm: Uint8Array, signal: AbortSignal) => Promise<Response>;
  readonly read: (exchange: Exchange) => AsyncIterable<HeardPart>;
}

/** One request with all of the sound and its answer: what engines without a stream have in common. */
export async function* hearWhole(call: WholeSoundCall): AsyncGenerator<HeardPart, void> {
  const { client, request, maxSeconds, send, read } = call;
  const pcm = await collected(request.sound, { face: client.face, maxSeconds });
  request.signal?.throwIfAborted();
  const track = new LevelTrack();
  track.push(pcm);
  const isSilent = track.durationMs > 0 && track.evidence().loudDbfs < SILENT_DBFS;
  if (pcm.byteLength === 0 || isSilent) {
    yield NOTHING_HEARD;
    return;
  }
  const exchange = await client.openWith({ signal: request.signal }, (signal) => send(pcm, signal));
  try {
    yield* read(exchange);
  } finally {
    exchange.close();
  }
}
