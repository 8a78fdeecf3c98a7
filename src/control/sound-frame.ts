/** Sound on the control protocol. To the daemon: a part of a stream; from it: what a tapped simulator plays. */
export interface SoundPart {
  /** Stream, or tap. */
  readonly stream: number;
  /** Where in the stream `pcm` belongs, bytes from its beginning (taps: milliseconds of the daemon's wall clock). */
  readonly offset: number;
  /** s16le mono 16 kHz. A view of the frame it was read from. */
  readonly pcm: Uint8Array;
}

const HEADER_BYTES = 12;
/** Two seconds of sound. */
export const MAX_SOUND_PART_BYTES = 64_000;

/** u32 stream, f64 offset (both big endian), then the samples. */
export function encodeSoundPart(part: SoundPart): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + part.pcm.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint32(0, part.stream);
  view.setFloat64(4, part.offset);
  frame.set(part.pcm, HEADER_BYTES);
  return frame;
}

/** Undefined when `frame` is no sound part: too short or too long, odd, or with an impossible offset. */
export function decodeSoundPart(frame: Uint8Array): SoundPart | undefined {
  const pcmBytes = frame.byteLength - HEADER_BYTES;
  if (pcmBytes < 0 || pcmBytes > MAX_SOUND_PART_BYTES || pcmBytes % 2 !== 0) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const offset = view.getFloat64(4);
  if (!Number.isFinite(offset) || offset < 0) return undefined;
  return { stream: view.getUint32(0), offset, pcm: frame.subarray(HEADER_BYTES) };
}
