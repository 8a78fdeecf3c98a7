import { stat } from 'node:fs/promises';
import type { Clock, Timer } from '../runtime/index.js';

export interface FollowOptions {
  readonly clock: Clock;
  /** Files to look at, now. */
  readonly files: () => readonly string[];
  /** One of them has changed, or others are looked at than before. Not called again before it has settled. */
  readonly onChange: () => Promise<void>;
  /** How often they are looked at. @default 2000 */
  readonly everyMs?: number;
  /** @default the file system */
  readonly stampOf?: (path: string) => Promise<string>;
}

const EVERY_MS = 2000;

/**
 * Watches files by looking at them: editors replace files, and network folders tell nobody of changes.
 *
 * @returns ends it; idempotent.
 */
export function followFiles(options: FollowOptions): () => void {
  const { clock, files, onChange, everyMs = EVERY_MS, stampOf = stampOfFile } = options;
  let seen: string | undefined;
  let isOver = false;
  let timer: Timer | undefined;
  const look = async (): Promise<void> => {
    const stamps = await Promise.all(files().map(stampOf));
    const now = stamps.join('\n');
    const hasChanged = seen !== undefined && now !== seen;
    seen = now;
    if (hasChanged && !isOver) await onChange();
  };
  const again = (): void => {
    timer = clock.after(
      everyMs,
      () =>
        void look()
          .catch(() => {})
          .finally(next),
    );
  };
  const next = (): void => {
    if (!isOver) again();
  };
  void look()
    .catch(() => {})
    .finally(next);
  return () => {
    isOver = true;
    timer?.cancel();
  };
}

async function stampOfFile(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${path} ${mtimeMs} ${size} ${ino}`;
  } catch {
    return `${path} gone`;
  }
}
