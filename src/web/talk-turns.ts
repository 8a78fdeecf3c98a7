import { inOneLine } from '../runtime/one-line.js';
import { make } from './dom.js';
import { namedPicture, type TalkBubble } from './talk-bubble.js';
import type { TalkLog } from './talk-log.js';
import type { TalkEvent, TalkOutcome, TalkSaid } from './talk-request.js';
import type { Words } from './words.js';

/** One turn as it stands in the log. */
export interface ShownTurn {
  /** Undefined: the server has not told yet. */
  number: number | undefined;
  /** Of a question of this page. */
  readonly id: string | undefined;
  question: TalkBubble | undefined;
  readonly reply: TalkBubble;
  /** What was asked, where that is not what the user wrote. */
  askedAs: string | undefined;
  /** What has been heard of it. */
  heard: string;
  /** Whether its events come as the answer to its question; else they come as everybody is told. */
  isAnswered: boolean;
  /** It broke off here with the connection: the server may know better. */
  wasLost: boolean;
}

/** What is told of one turn. */
export type TurnEvent = Extract<TalkEvent, { readonly turn: number }>;

/** Older ones stand still. */
const MAX_TURNS = 200;

/** The turns of one conversation in the log, whoever began them: each is told once, in every tab in the same way. */
export class TalkTurns {
  readonly #words: Words;
  readonly #log: TalkLog;
  #turns: ShownTurn[] = [];

  constructor(words: Words, log: TalkLog) {
    this.#words = words;
    this.#log = log;
  }

  /** Those under way, oldest first. */
  get open(): readonly ShownTurn[] {
    return this.#turns.filter(({ reply }) => !reply.hasEnded);
  }

  /** A question of this page. */
  ask(id: string, text: string, picture: HTMLElement | undefined): ShownTurn {
    const question = this.#log.bubble('user', { picture, mustShow: true });
    question.text = text;
    return this.#add({ number: undefined, id, question, isAnswered: true });
  }

  /** As everybody is told. @returns the turn, where it stands here. */
  take(event: TurnEvent): ShownTurn | undefined {
    const turn = event.event === 'turn' ? this.#begun(event) : this.#numbered(event.turn);
    if (turn !== undefined && !turn.isAnswered) this.tell(turn, event);
    return turn;
  }

  /** What happens in one turn. */
  tell(turn: ShownTurn, event: TurnEvent): void {
    switch (event.event) {
      case 'turn':
        turn.number = event.turn;
        return;
      case 'started':
        this.#ask(turn, event.text);
        return;
      case 'chunk':
        this.#log.follow(() => turn.reply.add(event.text));
        return;
      case 'heard':
        turn.heard = turn.heard.slice(0, event.from) + event.text;
        turn.reply.heard(turn.heard);
        return;
      case 'tool':
        if (event.stage === 'called') this.#tool(turn, event.name);
        return;
      case 'ended':
        turn.reply.heard(event.heard);
        this.end(turn, event.outcome);
        return;
      case 'gone':
        this.#remove(turn);
        return;
    }
  }

  end(turn: ShownTurn, outcome: TalkOutcome): void {
    this.#log.follow(() => turn.reply.end(outcome));
  }

  /** As the server has it: what stands here already goes on, what does not is added, what the server does not know goes. */
  sync(said: readonly TalkSaid[], before?: HTMLElement): void {
    this.show(said, before);
    const told = new Set(said.map(({ turn }) => turn));
    for (const turn of this.open)
      if (turn.number !== undefined && !turn.isAnswered && !told.has(turn.number)) this.#remove(turn);
  }

  /** Adds what does not stand here yet. */
  show(said: readonly TalkSaid[], before?: HTMLElement): void {
    for (const number of new Set(said.map(({ turn }) => turn)))
      this.#syncTurn(
        said.filter(({ turn }) => turn === number),
        before,
      );
  }

  /** The connection ended before its turn did. */
  lose(turn: ShownTurn): void {
    turn.isAnswered = false;
    turn.wasLost = true;
    this.end(turn, 'failed');
  }

  /** Another conversation begins: what stands here is not continued. */
  close(): void {
    for (const turn of this.open) if (!turn.isAnswered) this.end(turn, 'failed');
    this.#turns = this.#pending;
  }

  /** Nothing was said, but for questions that the server has not taken yet. */
  clear(): void {
    this.#turns = this.#pending;
    this.#log.clear(this.#turns.flatMap(({ question, reply }) => [...(question ? [question] : []), reply]));
  }

  get #pending(): ShownTurn[] {
    return this.#turns.filter(({ number, reply }) => number === undefined && !reply.hasEnded);
  }

  #begun({ turn: number, id, pictures }: Extract<TalkEvent, { event: 'turn' }>): ShownTurn {
    const own = this.#numbered(number) ?? this.#ofPage(id);
    if (own !== undefined) {
      own.number = number;
      return own;
    }
    const question = pictures === 0 ? undefined : this.#log.bubble('user', { picture: this.#picture() });
    return this.#add({ number, id: undefined, question, isAnswered: false });
  }

  #syncTurn(lines: readonly TalkSaid[], before: HTMLElement | undefined): void {
    const user = lines.find(({ role }) => role === 'user');
    const avatar = lines.find(({ role }) => role === 'assistant');
    const { turn: number = 0, outcome = 'open' } = avatar ?? user ?? {};
    const known = this.#numbered(number) ?? this.#ofPage(user?.id);
    if (known !== undefined) known.number = number;
    // What it said stands here already, with more than the server tells: what was not heard.
    if (
      known?.isAnswered === true ||
      (known?.reply.hasEnded === true && outcome !== 'open' && !known.wasLost)
    )
      return;
    const turn = known ?? this.#addSaid(number, user, before);
    turn.wasLost = false;
    this.#ask(turn, user?.text ?? '');
    turn.heard = avatar?.text ?? '';
    this.#log.follow(() => {
      turn.reply.goOn(avatar?.reply ?? turn.heard, turn.heard);
      if (outcome !== 'open') turn.reply.end(outcome);
    });
  }

  #addSaid(number: number, user: TalkSaid | undefined, before: HTMLElement | undefined): ShownTurn {
    const picture = user?.pictures === undefined ? undefined : this.#picture();
    const question = user === undefined ? undefined : this.#log.bubble('user', { picture, before });
    return this.#add({ number, id: undefined, question, isAnswered: false }, before);
  }

  #add(facts: Omit<ShownTurn, 'reply' | 'heard' | 'askedAs' | 'wasLost'>, before?: HTMLElement): ShownTurn {
    const reply = this.#log.bubble('assistant', { before });
    const turn = { ...facts, reply, askedAs: undefined, heard: '', wasLost: false };
    this.#turns.push(turn);
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
    return turn;
  }

  /** What the user said in it; a page that asked knows already. */
  #ask(turn: ShownTurn, text: string): void {
    if (text === '') return;
    turn.question ??= this.#log.bubble('user', { before: turn.reply.element });
    if (turn.question.text === '') turn.question.text = text;
    if (inOneLine(turn.question.text) === inOneLine(text) || turn.askedAs === text) return;
    // Guards and hooks put it in other words.
    turn.askedAs = text;
    this.#log.note(() => [this.#words.say('talkAskedAs', { text })], turn.reply.element);
  }

  #remove(turn: ShownTurn): void {
    this.#turns = this.#turns.filter((one) => one !== turn);
    if (turn.question !== undefined) this.#log.remove(turn.question);
    this.#log.remove(turn.reply);
  }

  #tool({ reply }: ShownTurn, name: string): void {
    this.#log.note(() => [this.#words.say('talkTool', { name })], reply.element);
  }

  /** In place of one that another tab sent. */
  #picture(): HTMLElement {
    return namedPicture(make('span', 'bubble-elsewhere', '📷'), this.#words);
  }

  #numbered(number: number): ShownTurn | undefined {
    return this.#turns.findLast((turn) => turn.number === number);
  }

  #ofPage(id: string | undefined): ShownTurn | undefined {
    return id === undefined ? undefined : this.#turns.findLast((turn) => turn.id === id);
  }
}
