import { RequestError } from '../runtime/index.js';

/**
 * How a mouth is moved: `peer`, MMDAgent-EX hears the streamed sound and moves it by itself; `own`, the sound is streamed and our
 * LIPSYNC_START messages move it; `local`, the sound is played on this machine and our messages move it.
 */
export type LipsWay = 'peer' | 'own' | 'local';
export type LipsChoice = 'auto' | LipsWay;

/** The most that is known of what is said: the engine's own times, the text, or nothing but the sound. */
export type LipsKnowledge = 'phonemes' | 'text' | 'sound';

export interface LipsSituation {
  readonly knows: LipsKnowledge;
  /** Whether the link to the avatar takes sound; a submodule's does not. */
  readonly carriesSound: boolean;
  /** For messages. */
  readonly lane: string;
}

/**
 * Chooses the way for the lips.
 *
 * | link carries sound | known    | auto  | of the mouth            |
 * |--------------------|----------|-------|-------------------------|
 * | yes                | phonemes | own   | exact                   |
 * | yes                | text     | own   | aligned with the sound  |
 * | yes                | sound    | peer  | MMDAgent-EX recognises  |
 * | no                 | phonemes | local | exact                   |
 * | no                 | text     | local | aligned with the sound  |
 * | no                 | sound    | local | estimated of the sound  |
 *
 * A way that was asked for is taken, with the best that is known: `own` of sound alone is estimated.
 *
 * @throws {RequestError} BRIDGE_ERR_LINK_UNSUPPORTED - sound was to be streamed over a link that carries none.
 */
export function chooseLips(choice: LipsChoice, { knows, carriesSound, lane }: LipsSituation): LipsWay {
  if (choice === 'local') return 'local';
  if (carriesSound) {
    if (choice !== 'auto') return choice;
    return knows === 'sound' ? 'peer' : 'own';
  }
  if (choice === 'auto') return 'local';
  throw new RequestError(
    'BRIDGE_ERR_LINK_UNSUPPORTED',
    `Expected a link that carries sound for lips "${choice}", got lane ${lane}, which has messages only (a submodule). Use lips "local", or a TCP or WebSocket link beside it`,
  );
}
