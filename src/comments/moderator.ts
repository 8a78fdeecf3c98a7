import { type Clock, errorText, orAborted } from '../runtime/index.js';
import { type Comment, withText } from './comment.js';
import { CommentRules, type ModerationSettings, type RuleDrop } from './moderation.js';

/** What a hook says: let it pass, drop it, or ask another text in its place. */
export type ModerationVerdict = 'pass' | 'drop' | { readonly text: string };

/** Looks at each comment that the rules let through, before it can become a turn. */
export type Moderate = (
  comment: Comment,
  signal: AbortSignal,
) => ModerationVerdict | Promise<ModerationVerdict>;

export type ModerationDrop = `rule:${RuleDrop}` | 'moderated' | 'moderationFailed' | 'moderationBusy';

export type Moderated = { readonly comment: Comment } | { readonly reason: ModerationDrop };

export interface ModeratorOptions {
  readonly rules: ModerationSettings;
  readonly hook: Moderate | undefined;
  /** How long the hook may take. */
  readonly hookMs: number;
  /** So many comments are before the hook at once; what comes then is dropped. */
  readonly maxChecking: number;
  readonly maxLetters: number;
  readonly clock: Clock;
  /** The hook failed or took too long: once for each comment that it cost. */
  readonly onFault: (comment: Comment, reason: string) => void;
}

/** Decides what may become a turn: first the rules, then the hook. What cannot be decided does not pass. */
export class Moderator {
  readonly #options: ModeratorOptions;
  readonly #rules: CommentRules;
  /** What ends each check that is under way. */
  readonly #checking = new Set<AbortController>();
  #isClosed = false;

  constructor(options: ModeratorOptions) {
    this.#options = options;
    this.#rules = new CommentRules(options.rules);
  }

  /** Without a hook the verdict is there at once. @throws when it is closed meanwhile. */
  check(comment: Comment): Moderated | Promise<Moderated> {
    const ruled = this.#rules.apply(comment);
    if ('reason' in ruled) return { reason: `rule:${ruled.reason}` };
    const { hook, maxChecking } = this.#options;
    if (hook === undefined) return ruled;
    if (this.#checking.size >= maxChecking) return { reason: 'moderationBusy' };
    return this.#ask(hook, ruled.comment);
  }

  /** Ends what is being decided; idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const ending of this.#checking) ending.abort();
  }

  async #ask(hook: Moderate, comment: Comment): Promise<Moderated> {
    const { clock, hookMs, onFault } = this.#options;
    const ending = new AbortController();
    const { signal } = ending;
    const timer = clock.after(hookMs, () => ending.abort(new Error(`no verdict within ${hookMs} ms`)));
    this.#checking.add(ending);
    try {
      const verdict = await orAborted(
        Promise.resolve().then(() => hook(comment, signal)),
        signal,
      );
      return this.#apply(comment, verdict);
    } catch (error) {
      if (this.#isClosed) throw error;
      onFault(comment, errorText(error));
      return { reason: 'moderationFailed' };
    } finally {
      this.#checking.delete(ending);
      timer.cancel();
    }
  }

  /** @throws when it is no verdict. */
  #apply(comment: Comment, verdict: unknown): Moderated {
    if (verdict === 'pass') return { comment };
    if (verdict === 'drop') return { reason: 'moderated' };
    const text =
      typeof verdict === 'object' && verdict !== null && 'text' in verdict ? verdict.text : undefined;
    if (typeof text !== 'string') throw new Error('expected pass, drop or {text} of the moderation hook');
    const changed = withText(comment, text, this.#options.maxLetters);
    return changed === undefined ? { reason: 'moderated' } : { comment: changed };
  }
}
