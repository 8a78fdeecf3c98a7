import type { Clock } from '../runtime/index.js';
import type { Cue, ExpressionSink } from './cue.js';
import { emotionOf, faceOf } from './emotions.js';
import { Schedule } from './schedule.js';

export interface ConsoleSinkPorts {
  readonly clock: Clock;
  /** Takes one line without its end: `😊 joy`, `👋 wave`. */
  readonly write: (line: string) => void;
}

/** Shows faces and animations in a terminal, each when its sentence is heard. */
export function createConsoleSink({ clock, write }: ConsoleSinkPorts): ExpressionSink {
  const coming = new Schedule(clock);
  return {
    name: 'console',
    cue: (cue, atMs) => {
      const line = lineOf(cue);
      if (line !== undefined) coming.at(atMs, () => write(line));
    },
    interrupted: () => coming.clear(),
    close: async () => coming.clear(),
  };
}

function lineOf(cue: Cue): string | undefined {
  const face = faceOf(cue);
  if (face !== undefined) return `${emotionOf(face)?.emoji ?? '🎭'} ${printable(face)}`;
  return cue.name === 'animation' ? `👋 ${printable(cue.value)}` : undefined;
}

/** A model wrote it: no control character reaches the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 40);
}
