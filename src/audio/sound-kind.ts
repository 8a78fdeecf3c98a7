import { emptySound, unsupportedSound } from './audio-errors.js';
import type { ByteReader } from './byte-reader.js';
import { FlacReader } from './flac-reader.js';
import { findMp3Frame } from './mp3-frames.js';
import { Mp3Reader } from './mp3-reader.js';
import { OggReader } from './ogg-reader.js';
import { PcmReader } from './pcm-reader.js';
import type { SoundReader } from './sound-reader.js';
import { readWavHeader } from './wav-header.js';
import { WebmReader } from './webm-reader.js';

/** How far an MP3 stream may begin after the file does. */
const MP3_SEARCH_BYTES = 16_384;
const MAX_ID3_TAGS = 16;

/** Kinds that are common and not played, to name them in the error. */
const FOREIGN: readonly (readonly [offset: number, magic: string, what: string])[] = [
  [4, 'ftyp', 'an MP4/M4A (AAC) file'],
  [0, 'FORM', 'an AIFF file'],
  [0, 'caff', 'a Core Audio file'],
  [0, '.snd', 'an AU file'],
  [0, '#!AMR', 'an AMR file'],
  [0, 'MThd', 'a MIDI file'],
  [0, '0&\xb2u', 'a WMA file'],
  [0, '\xff\xf1', 'an AAC (ADTS) file'],
  [0, '\xff\xf9', 'an AAC (ADTS) file'],
  [0, '<', 'a text or web page'],
  [0, '{', 'a JSON text'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
];

/**
 * Tells the kind of sound by its first bytes, never by a file name, and opens its reader.
 *
 * An ID3v2 tag in front, of any size, is skipped without being held; what follows it decides.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT, BRIDGE_ERR_AUDIO_EMPTY.
 */
export async function openReader(bytes: ByteReader, name: string): Promise<SoundReader> {
  await skipId3Tags(bytes);
  const head = await bytes.peek(12);
  if (head.byteLength === 0) throw emptySound(name);
  const magic = latin1(head);
  const isWave = /^(RIFF|RIFX|RF64|BW64)/.test(magic) && magic.slice(8, 12) === 'WAVE';
  if (isWave) {
    const { container, layout } = await readWavHeader(bytes, name);
    return new PcmReader(bytes, layout, container);
  }
  if (magic.startsWith('fLaC')) return FlacReader.open(bytes, name);
  if (magic.startsWith('OggS')) return OggReader.open(bytes, name);
  if (magic.startsWith('\x1aE\xdf\xa3')) return WebmReader.open(bytes, name);
  const window = await bytes.peek(MP3_SEARCH_BYTES);
  const frameOffset = findMp3Frame(window, window.byteLength < MP3_SEARCH_BYTES);
  if (frameOffset !== undefined) {
    await bytes.skip(frameOffset);
    return Mp3Reader.open(bytes, name);
  }
  const foreign = FOREIGN.find(([offset, text]) => magic.startsWith(text, offset));
  throw unsupportedSound(
    name,
    foreign === undefined ? 'not a sound file of a known kind' : `this looks like ${foreign[2]}`,
  );
}

async function skipId3Tags(bytes: ByteReader): Promise<void> {
  for (let count = 0; count < MAX_ID3_TAGS; count++) {
    const head = await bytes.peek(10);
    if (head.byteLength < 10 || latin1(head.subarray(0, 3)) !== 'ID3') return;
    // Sizes are "syncsafe": seven bits per byte. A footer repeats the header.
    const bodyBytes = head.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 0x7f), 0);
    const footerBytes = ((head[5] ?? 0) & 0x10) !== 0 ? 10 : 0;
    await bytes.skip(10 + bodyBytes + footerBytes);
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
