import type { Session, SessionPiece } from '../sessions/index.js';

/** A picture that the model waits for in the middle of a turn. */
export interface AwaitedPicture {
  readonly id: string;
  readonly source: string;
  readonly turn: number;
}

/**
 * Which picture each session waits for.
 *
 * In AIAvatarKit's protocol a turn that wants to see is over with `vision`, and the picture comes with a new request; over HTTP on another
 * connection. Here the turn goes on, so what came must be known as its picture.
 */
export class AwaitedPictures {
  readonly #watched = new WeakMap<Session, Watched>();

  /** From now on what `session` waits for is known. Idempotent. */
  watch(session: Session): void {
    if (this.#watched.has(session)) return;
    const state: Watched = { picture: undefined, missed: undefined };
    this.#watched.set(session, state);
    session.events.on('vision', (picture) => {
      state.picture = picture;
    });
    session.events.on('looked', (id) => {
      if (state.picture?.id === id) state.picture = undefined;
      state.missed = undefined;
    });
    session.events.on('piece', (piece) => {
      if (state.missed !== undefined && state.missed.length < MAX_MISSED)
        // Its sound is put together by the read, and is there now.
        state.missed.push({ ...piece, pcm: piece.pcm });
    });
    session.events.on('ended', ({ turn }) => {
      if (state.picture?.turn === turn) state.picture = undefined;
    });
  }

  /** From now on nobody follows its turn, until the picture comes: what is said meanwhile is kept for then. */
  unfollow(session: Session): void {
    const state = this.#watched.get(session);
    if (state?.picture !== undefined) state.missed = [];
  }

  /** What was said while nobody followed, once. */
  takeMissed(session: Session): readonly SessionPiece[] {
    const state = this.#watched.get(session);
    const missed = state?.missed ?? [];
    if (state !== undefined) state.missed = undefined;
    return missed;
  }

  /** Runs it now, or when the picture that is awaited is awaited no more. */
  whenNoneIsAwaited(session: Session, run: () => void): void {
    if (this.#watched.get(session)?.picture === undefined) {
      run();
      return;
    }
    const again = (): void => this.whenNoneIsAwaited(session, run);
    const offs = [session.events.once('looked', recheck), session.events.once('ended', recheck)];
    function recheck(): void {
      for (const off of offs) off();
      again();
    }
  }

  /**
   * The picture that a request with `files` answers: its words say that they are about the picture, or it has none. A question of the
   * user with a picture of its own is a new turn.
   *
   * @source aiavatarkit (272548e): index.html, `$…` and `wait_in_queue`; adapter/client.py, no text. ChatdollKit (478a740): its sentence.
   */
  answeredBy(
    session: Session,
    { text, files, waitsInQueue }: { text: string; files: readonly unknown[]; waitsInQueue: boolean },
  ): AwaitedPicture | undefined {
    if (files.length === 0) return undefined;
    const isAbout = text === '' || text.startsWith('$') || waitsInQueue || text.startsWith(CHATDOLL_WORDS);
    return isAbout ? this.#watched.get(session)?.picture : undefined;
  }
}

interface Watched {
  picture: AwaitedPicture | undefined;
  /** Undefined: somebody follows. */
  missed: SessionPiece[] | undefined;
}

/** Words in front of a picture are few. */
const MAX_MISSED = 16;
const CHATDOLL_WORDS = 'This is the image you captured';
