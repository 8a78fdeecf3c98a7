import type { CommandContext } from './context.js';
import { openKeyboard } from './keyboard.js';
import type { LocalPlayer } from './local-player.js';

export interface PlayerKeysOptions {
  readonly context: CommandContext;
  readonly player: LocalPlayer;
  readonly nowMs: () => number;
  /** `q`. */
  readonly onStop: () => void;
  /** Ctrl-C, which comes as a key while keys are read. */
  readonly onInterrupt: () => void;
}

const SEEK_MS = 5000;
const CTRL_C = '\u0003';
const LEFT = /^\u001b[[O]D$/;
const RIGHT = /^\u001b[[O]C$/;

/** What a line for people says of the keys. */
export const PLAYER_KEYS_HELP = 'space pause, ← → 5 s, q end';

/**
 * Keys of a player on a terminal.
 *
 * @returns Gives the terminal back; undefined where there is none to read keys from or to show what they did.
 */
export function playerKeys(options: PlayerKeysOptions): (() => void) | undefined {
  const { context, player, nowMs, onStop, onInterrupt } = options;
  const { stdin, isTerminal } = context.io;
  if (!isTerminal) return undefined;
  const keyboard = openKeyboard(stdin, (key) => {
    if (key === ' ') {
      if (player.isPaused) player.resume();
      else player.pause();
    } else if (key === 'q') onStop();
    else if (key === CTRL_C) onInterrupt();
  });
  if (keyboard === undefined) return undefined;
  // The keyboard leaves sequences of arrows out.
  const onData = (data: Buffer | string): void => {
    const text = data.toString();
    const stepMs = LEFT.test(text) ? -SEEK_MS : RIGHT.test(text) ? SEEK_MS : 0;
    if (stepMs !== 0 && player.canSeek) player.seek(player.targetMs(nowMs()) + stepMs);
  };
  stdin.on('data', onData);
  return () => {
    stdin.off('data', onData);
    keyboard.close();
  };
}
