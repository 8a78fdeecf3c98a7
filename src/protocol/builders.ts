import { ProtocolError } from '../runtime/index.js';
import { encodeMessage } from './message.js';
import { speakableText } from './text.js';
import type { WireFrame } from './wire-frame.js';

/** One mouth shape held for a time; the name is one of the peer's lip.txt. */
export interface TimedPhoneme {
  readonly phoneme: string;
  /** Whole milliseconds, 1-60000. The peer shows at least one frame (33 ms). */
  readonly durationMs: number;
}

/**
 * `LIPSYNC_START|alias|phoneme,ms,…`: the peer moves the mouth by these timings, counted from its arrival.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT - empty list (the peer answers nothing), odd name or duration; _TOO_LONG
 * @source MMDAgent-EX docs "Streaming Audio Data", method 3; LipSync.cpp createMotion()
 */
export function encodeLipsyncStart(alias: string, phonemes: readonly TimedPhoneme[]): WireFrame {
  if (phonemes.length === 0) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      'Expected at least one phoneme for LIPSYNC_START, got none',
    );
  }
  const list = phonemes.map(({ phoneme, durationMs }) => {
    if (!/^[A-Za-z]{1,8}$/.test(phoneme)) {
      throw new ProtocolError(
        'BRIDGE_ERR_MESSAGE_ARGUMENT',
        `Expected a phoneme name of lip.txt, got ${JSON.stringify(phoneme)}`,
      );
    }
    if (!Number.isInteger(durationMs) || durationMs < 1 || durationMs > 60_000) {
      throw new ProtocolError(
        'BRIDGE_ERR_MESSAGE_ARGUMENT',
        `Expected 1-60000 whole milliseconds for the phoneme ${phoneme}, got ${durationMs}`,
      );
    }
    return `${phoneme},${durationMs}`;
  });
  return encodeMessage('LIPSYNC_START', alias, list.join(','));
}

/**
 * Closes a mouth that LIPSYNC_START, LIPSYNC_STOP or an interruption left open: within 250 ms.
 * (LIPSYNC_STOP alone would leave it open for ever.)
 */
export function encodeCloseMouth(alias: string): WireFrame {
  return encodeLipsyncStart(alias, [{ phoneme: 'sil', durationMs: 50 }]);
}

/**
 * Plays a file on the peer's machine with lip sync. Never a second one before SPEAK_EVENT_STOP: it would freeze the program.
 *
 * @param file - a path as the peer sees it: absolute, or relative to the folder of the .mdf; shorter than 60 s of sound.
 */
export function encodeSpeakStart(alias: string, file: string): WireFrame {
  return encodeMessage('SPEAK_START', alias, file);
}

export function encodeSpeakStop(alias: string): WireFrame {
  return encodeMessage('SPEAK_STOP', alias);
}

/** Has the peer's own voice say a text; `|` and line ends in it are made harmless. */
export function encodeSynthStart(alias: string, voice: string, text: string): WireFrame {
  return encodeMessage('SYNTH_START', alias, voice, speakableText(text));
}

export function encodeSynthStop(alias: string): WireFrame {
  return encodeMessage('SYNTH_STOP', alias);
}

/**
 * A turn by nothing: its echo proves that the program runs, its ROTATE_EVENT_START that the model is there.
 * The only such message without a side effect on a standing model.
 */
export function encodeReadinessProbe(alias: string): WireFrame {
  return encodeMessage('ROTATE_START', alias, '0,0,0', 'LOCAL');
}

/** Type of the line that ends whatever an earlier connection left unfinished in the peer's buffer; and of TCP pings. */
export const HELLO_TYPE = 'BRIDGE_HELLO';

/** A complete line without meaning. Where an earlier session ended in the middle of a line, this one is spoilt instead of a real one. */
export function encodeHello(detail?: string): WireFrame {
  return detail === undefined ? encodeMessage(HELLO_TYPE) : encodeMessage(HELLO_TYPE, detail);
}
