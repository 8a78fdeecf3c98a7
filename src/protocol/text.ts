import { ProtocolError, wellFormed } from '../runtime/index.js';

// C0 controls, DEL and C1 controls: none has a meaning to the peer; LF, CR and NUL break its parser.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;
const ALL_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * Makes any text speakable as one message argument: for captions and speech, where a changed character beats a refusal.
 *
 * `|` would end the argument and becomes the full-width `｜`; line ends and other control characters become
 * one blank; halves of surrogate pairs become U+FFFD.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT - nothing is left to say.
 */
export function speakableText(text: string): string {
  const clean = wellFormed(text).replace(ALL_CONTROLS, ' ').replaceAll('|', '｜').trim();
  if (clean === '') {
    throw new ProtocolError('BRIDGE_ERR_MESSAGE_ARGUMENT', 'Expected text to speak or show, got only blanks');
  }
  return clean;
}

/**
 * Refuses what may not stand in an identifier, path or other argument: changing those silently would name something else.
 *
 * @param what - how the error names it, e.g. `argument 2 of MOTION_ADD`.
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT
 */
export function assertArgument(value: string, what: string): void {
  if (value === '') {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      `Expected a value for ${what}, got an empty one. MMDAgent-EX drops empty arguments and shifts the rest; leave it out or give a value`,
    );
  }
  const control = CONTROLS.exec(value);
  if (control !== null) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      `Expected no control characters in ${what}, got U+${codePoint(control[0])} at position ${control.index}. A line end would start another message`,
    );
  }
  if (value.includes('|')) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      `Expected no "|" in ${what}: it separates arguments. Give the parts as arguments of their own`,
    );
  }
  if (wellFormed(value) !== value) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      `Expected valid Unicode in ${what}, got half of a surrogate pair`,
    );
  }
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
