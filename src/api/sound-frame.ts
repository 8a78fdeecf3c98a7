/**
 * Sound on the WebSocket: one binary frame is a header of 20 bytes (numbers unsigned, big endian) and s16le mono samples.
 *
 * | byte | field | |
 * |---|---|---|
 * | 0 | kind | 1 microphone (client to server, 16 000 Hz), 2 reply (server to client), 3 sound for a lane (client to server, 16 000 Hz) |
 * | 1 | flags | 0; others are reserved and ignored |
 * | 2-3 | channel | of the session; 0 for a lane |
 * | 4-7 | seq | from the server: of all its frames, text included; from the client: of its sound frames, from 1, rising |
 * | 8-11 | turn | of the reply; of a lane: the number of the speech; 0 for the microphone |
 * | 12-15 | sample | of the reply's sound, the first of these; else 0 |
 * | 16-19 | rate | Hz |
 */
export interface SoundFrame {
  readonly kind: SoundFrameKind;
  readonly channel: number;
  readonly seq: number;
  readonly turn: number;
  readonly fromSample: number;
  readonly sampleRateHz: number;
  /** s16le mono. Of a decoded frame: a view of what came. */
  readonly pcm: Uint8Array;
}

export type SoundFrameKind = 'microphone' | 'reply' | 'lane';

export const SOUND_HEADER_BYTES = 20;

const KIND_BYTES: Readonly<Record<SoundFrameKind, number>> = { microphone: 1, reply: 2, lane: 3 };
const KINDS: readonly (SoundFrameKind | undefined)[] = [undefined, 'microphone', 'reply', 'lane'];
/** Of the header, where it lies. */
const CHANNEL_AT = 2;
const SEQ_AT = 4;
const TURN_AT = 8;
const SAMPLE_AT = 12;
const RATE_AT = 16;

/** @returns A new array; numbers out of range wrap, as they do in DataView. */
export function encodeSoundFrame(frame: SoundFrame): Uint8Array {
  const bytes = new Uint8Array(SOUND_HEADER_BYTES + frame.pcm.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KIND_BYTES[frame.kind]);
  view.setUint16(CHANNEL_AT, frame.channel);
  view.setUint32(SEQ_AT, frame.seq);
  view.setUint32(TURN_AT, frame.turn);
  view.setUint32(SAMPLE_AT, frame.fromSample);
  view.setUint32(RATE_AT, frame.sampleRateHz);
  bytes.set(frame.pcm, SOUND_HEADER_BYTES);
  return bytes;
}

/** @returns undefined for what is none: too short, of another kind, or half a sample. */
export function decodeSoundFrame(bytes: Uint8Array): SoundFrame | undefined {
  const pcmBytes = bytes.byteLength - SOUND_HEADER_BYTES;
  if (pcmBytes < 0 || pcmBytes % 2 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[view.getUint8(0)];
  if (kind === undefined) return undefined;
  return {
    kind,
    channel: view.getUint16(CHANNEL_AT),
    seq: view.getUint32(SEQ_AT),
    turn: view.getUint32(TURN_AT),
    fromSample: view.getUint32(SAMPLE_AT),
    sampleRateHz: view.getUint32(RATE_AT),
    pcm: bytes.subarray(SOUND_HEADER_BYTES),
  };
}
