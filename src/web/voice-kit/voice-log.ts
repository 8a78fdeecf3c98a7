import { make } from '../dom.js';
import { clipOf } from './clip.js';
import { ClipPlayer } from './clip-player.js';
import { ClipShelf } from './clip-shelf.js';
import type { ReplyPlayer } from './reply-player.js';
import type { LinkLine, TalkLink } from './talk-link.js';
import { type BubbleWords, VoiceBubble } from './voice-bubble.js';
import type { VoiceLoop } from './voice-loop.js';

export interface VoiceLogParts {
  readonly link: TalkLink;
  readonly loop: VoiceLoop;
  readonly player: ReplyPlayer;
  readonly words: BubbleWords & { say(key: 'newConversation'): string };
  /** Where the rows go. */
  readonly log: HTMLElement;
  /** Shown while there is nothing. */
  readonly empty: HTMLElement;
}

/** Older ones leave the page; the server has them still. */
const MAX_ROWS = 300;
const NEAR_END_PX = 60;
const MIC_RATE_HZ = 16_000;
/** As the server tells it. */
const UNWRITTEN = '(speech)';

/**
 * The conversation in bubbles: what both sides say, as it comes, each with its sound to hear again.
 *
 *   TalkLink → bubbles;   VoiceLoop `said`, ReplyPlayer's tapes → clips → ClipShelf (bounded) → ClipPlayer
 */
export class VoiceLog {
  readonly clips = new ClipPlayer();
  readonly #parts: VoiceLogParts;
  readonly #shelf = new ClipShelf();
  readonly #bubbles = new Map<Element, VoiceBubble>();
  /** Of turns of this conversation. */
  #users = new Map<number, VoiceBubble>();
  #replies = new Map<number, VoiceBubble>();
  /** Told before the words are. */
  #said: { readonly turn: number; readonly pcm: readonly Uint8Array[] } | undefined;

  constructor(parts: VoiceLogParts) {
    this.#parts = parts;
    const { link, loop, player } = parts;
    link.events.on('renewed', (said) => this.#renewed(said));
    link.events.on('turn', ({ turn, by, text }) => this.#began(turn, by, text));
    link.events.on('piece', ({ turn, text }) => this.#follow(() => this.#replyOf(turn).add(text)));
    link.events.on('given', (turn, text) => this.#follow(() => this.#replyOf(turn).whole(text)));
    link.events.on('heard', (turn, text) => this.#replies.get(turn)?.heard(text));
    link.events.on('ended', ({ turn, outcome, user }) => {
      this.#users.get(turn)?.whole(wordsOf(user));
      this.#ended(turn, outcome);
    });
    loop.events.on('said', (turn, pcm) => this.#heardSaying(turn, pcm));
    loop.events.on('stopping', () => {
      for (const turn of this.#replies.keys()) this.#keepReply(turn);
    });
    player.events.on('drained', (turn) => this.#keepReply(turn));
    this.clips.events.on('changed', () => this.retell());
  }

  /** In the language of the page. */
  retell(): void {
    for (const bubble of this.#bubbles.values()) bubble.retell();
  }

  /** Nothing stands here any more, nor is kept. */
  clear(): void {
    this.clips.stop();
    this.#shelf.clear();
    this.#bubbles.clear();
    this.#users.clear();
    this.#replies.clear();
    this.#parts.log.replaceChildren(this.#parts.empty);
    this.#parts.empty.hidden = false;
  }

  /** Something worth telling that nobody said. */
  note(text: string): void {
    this.#insert(make('p', 'note', text));
  }

  #renewed(said: readonly LinkLine[]): void {
    for (const bubble of this.#replies.values()) if (!bubble.hasEnded) bubble.end('interrupted');
    this.#users = new Map();
    this.#replies = new Map();
    if (this.#bubbles.size > 0) {
      if (said.length === 0) this.note(this.#parts.words.say('newConversation'));
      return;
    }
    for (const { role, text, outcome } of said) {
      const bubble = this.#add(role, role === 'user' ? wordsOf(text) : text);
      if (role === 'assistant') bubble.end(outcome === 'open' ? 'interrupted' : outcome);
    }
  }

  #began(turn: number, by: string, text: string): void {
    // What the avatar says of its own accord was asked by nobody.
    if (text !== '' || by === 'voice') this.#users.set(turn, this.#add('user', wordsOf(text)));
    if (this.#said?.turn === turn) this.#heardSaying(turn, this.#said.pcm);
    this.#replyOf(turn);
  }

  #heardSaying(turn: number, pcm: readonly Uint8Array[]): void {
    const bubble = this.#users.get(turn);
    this.#said = bubble === undefined ? { turn, pcm } : undefined;
    this.#keep(bubble, pcm, MIC_RATE_HZ);
  }

  #replyOf(turn: number): VoiceBubble {
    const bubble = this.#replies.get(turn) ?? this.#add('assistant');
    this.#replies.set(turn, bubble);
    return bubble;
  }

  #ended(turn: number, outcome: 'completed' | 'interrupted' | 'failed' | 'dropped'): void {
    const bubble = this.#replies.get(turn);
    if (bubble === undefined) return;
    bubble.end(outcome);
    if (this.#parts.player.isSilent(turn)) this.#keepReply(turn);
    if (bubble.text === '' && outcome !== 'failed') bubble.element.hidden = outcome === 'dropped';
  }

  #keepReply(turn: number): void {
    const tape = this.#parts.player.takeTape(turn);
    if (tape !== undefined) this.#keep(this.#replies.get(turn), tape.pcm, tape.sampleRateHz);
  }

  #keep(bubble: VoiceBubble | undefined, pcm: readonly Uint8Array[], rateHz: number): void {
    const clip = clipOf(pcm, rateHz);
    if (bubble === undefined || clip === undefined) return;
    const old = bubble.clip;
    bubble.clip = clip;
    if (old !== undefined) this.#shelf.remove(old);
    this.#shelf.add(clip, () => {
      if (bubble.clip === clip) bubble.clip = undefined;
      if (this.clips.playing === clip) this.clips.stop();
    });
  }

  #add(role: 'user' | 'assistant', text = ''): VoiceBubble {
    const bubble = new VoiceBubble(this.#parts.words, this.clips, role, text);
    this.#bubbles.set(bubble.element, bubble);
    this.#insert(bubble.element);
    return bubble;
  }

  #insert(element: HTMLElement): void {
    const { log, empty } = this.#parts;
    this.#follow(() => {
      empty.hidden = true;
      log.append(element);
      // The first is the text for when there is nothing.
      while (log.childElementCount > MAX_ROWS) this.#removeOldest();
    });
  }

  #removeOldest(): void {
    const oldest = this.#parts.log.children[1];
    if (oldest === undefined) return;
    const clip = this.#bubbles.get(oldest)?.clip;
    if (clip !== undefined) this.#shelf.remove(clip);
    this.#bubbles.delete(oldest);
    for (const turns of [this.#users, this.#replies])
      for (const [turn, { element }] of turns) if (element === oldest) turns.delete(turn);
    oldest.remove();
  }

  /** Keeps the newest words in view, unless the reader went back. */
  #follow(change: () => void): void {
    const { log } = this.#parts;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    change();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }
}

/** Of what a speech-to-speech model heard there are no words before it has written them down, if it does. */
function wordsOf(text: string): string {
  return text === UNWRITTEN ? '' : text;
}
