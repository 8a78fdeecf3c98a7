import type { Readable } from 'node:stream';

/** What a terminal's input can do beyond being read. */
interface RawInput extends Readable {
  readonly isTTY: true;
  setRawMode(isRaw: boolean): unknown;
}

export interface Keyboard {
  /** Gives the terminal back as it was. Idempotent. */
  close(): void;
}

/** Whether keys can be read one by one. */
export function isKeyboard(input: Readable): boolean {
  return isRawInput(input);
}

/**
 * Reads single keys. While it does, the terminal no longer turns Ctrl-C into a signal: it comes as the key `\u0003`.
 *
 * @returns undefined where `input` is no terminal.
 */
export function openKeyboard(input: Readable, onKey: (key: string) => void): Keyboard | undefined {
  if (!isRawInput(input)) return undefined;
  const onData = (data: Buffer | string): void => {
    const text = data.toString();
    // An escape sequence (an arrow, a function key) is none of ours, nor are its letters.
    if (text.startsWith('\u001b')) return;
    for (const key of text) onKey(key);
  };
  input.setRawMode(true);
  input.on('data', onData);
  let isOpen = true;
  return {
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      input.off('data', onData);
      input.setRawMode(false);
      // Else it would keep the process alive.
      input.pause();
    },
  };
}

function isRawInput(input: Readable): input is RawInput {
  return 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
}
