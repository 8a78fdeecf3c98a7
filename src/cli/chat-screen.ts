import { createInterface, type Interface, type Key } from 'node:readline';
import type { Chat } from '../chat/index.js';
import { type TurnChunk, type TurnEnd, type TurnHandle, UNWRITTEN } from '../dialogue/index.js';
import { BridgeError, errorText, inOneLine } from '../runtime/index.js';
import { progressText } from '../tools/index.js';
import { stageLine, traceText } from './chat-trace.js';
import type { CommandContext } from './context.js';
import { printable, printableJson } from './printable.js';

export interface ChatScreenOptions {
  readonly context: CommandContext;
  /** Whether control tags are shown where they stand. */
  readonly showsTags: boolean;
  /** Whether the times of a turn are shown behind it. */
  readonly showsTimings: boolean;
  /** A whole line was typed. */
  readonly onLine: (line: string) => void;
  /** Alt and a digit. */
  readonly onHotkey: (digit: string) => void;
  /** Space, where nothing is typed. Left out: it is a letter like others. */
  readonly onTalkKey?: (() => void) | undefined;
  /** Nothing more will be typed: Ctrl-D, or the end of standard input. */
  readonly onEnd: () => void;
}

const PROMPT = '> ';
const TALKING_PROMPT = 'talking> ';
const WIPE_LINE = '\r\u001b[2K';

/**
 * What the user of `chat` sees and types: the conversation on stdout, a line for each piece as it is spoken; with --json an object for
 * each event. Keeps what is being typed below what comes.
 */
export class ChatScreen {
  readonly #options: ChatScreenOptions;
  readonly #offs: (() => void)[] = [];
  #input: Interface | undefined;
  #isClosed = false;

  constructor(options: ChatScreenOptions) {
    this.#options = options;
  }

  /** Shows everything of a conversation. */
  show(chat: Pick<Chat, 'conversation' | 'session'>): void {
    const { events } = chat.conversation;
    this.#offs.push(
      events.on('turn', (handle) => this.#turn(handle)),
      events.on('phase', (phase) => this.#json('phase', { phase })),
      events.on('partial', (text) => this.#json('partial', { text })),
      events.on('ignored', (text, why) => this.#ignored(text, why)),
      events.on('held', () => this.#json('held', {})),
      events.on('resumed', () => this.#json('resumed', {})),
      events.on('awake', (isAwake) => this.#awake(isAwake)),
      events.on('credit', (credit) => this.tell(`Voice: ${credit}`)),
      events.on('warned', (text) => this.tell(`warning: ${text}`)),
      events.on('toolProgress', (news) => {
        this.#json('tool', news);
        this.say(`tool ${news.name} goes on: ${progressText(news.value)}`);
      }),
      events.on('forgotten', () => this.#json('forgotten', { session: chat.session ?? null })),
      events.on('error', (error, stage) => {
        this.#json('error', { stage, code: error.code, message: error.message });
        this.say(`${stage}: ${error.message} (${error.code})`);
      }),
    );
  }

  /** What was typed is asked: shown again where guards or hooks put it in other words. */
  asked({ events }: Pick<TurnHandle, 'events'>, typed: string): void {
    events.once('started', (text) => {
      if (text !== '' && inOneLine(text) !== inOneLine(typed)) this.#line('you', text);
    });
  }

  /** With --json: from now on what is typed, and said into the microphone, is answered. */
  ready({ session, parts }: Pick<Chat, 'session' | 'parts'>, hasMicrophone: boolean): void {
    const { model, speaks, hears, topology } = parts;
    this.#json('ready', {
      session: session ?? null,
      topology,
      engines: { thinks: model, speaks: speaks ?? null, hears: hears ?? null },
      microphone: hasMicrophone,
    });
  }

  /** Takes lines from standard input from now on. */
  read(): void {
    const { stdin, stderr } = this.#options.context.io;
    const isKeyboard = this.#isKeyboard;
    const input = createInterface({
      input: stdin,
      ...(isKeyboard ? { output: stderr, terminal: true, prompt: PROMPT } : { terminal: false }),
    });
    this.#input = input;
    input.on('line', (line) => {
      this.#options.onLine(line);
      this.#prompt();
    });
    input.on('close', () => {
      if (this.#input === input) this.#options.onEnd();
    });
    // readline takes Ctrl-C for itself.
    input.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    if (!isKeyboard) return;
    const { onHotkey, onTalkKey } = this.#options;
    const onKey = (text: string | undefined, key: Key): void => {
      if (key.meta === true && /^\d$/.test(key.name ?? '')) onHotkey(key.name ?? '');
      if (onTalkKey === undefined || text !== ' ' || input.line !== ' ') return;
      // readline has taken it as a letter already.
      input.write(null, { name: 'backspace' });
      onTalkKey();
    };
    stdin.on('keypress', onKey);
    this.#offs.push(() => stdin.off('keypress', onKey));
    this.#prompt();
  }

  /** Push to talk: what is said is heard, or no longer. */
  talking(isTalking: boolean): void {
    this.#json('talking', { isTalking });
    this.#input?.setPrompt(isTalking ? TALKING_PROMPT : PROMPT);
    if (this.#isKeyboard && this.#input !== undefined) {
      this.#wipe();
      this.#prompt();
    } else this.say(isTalking ? 'talking' : 'not talking');
  }

  /** What is worth knowing, in words: for people, or as an event of --json. */
  tell(text: string): void {
    this.#json('told', { text });
    this.say(text);
  }

  /** A line that was typed, or of a script, could not be done. */
  refuse(error: unknown): void {
    const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
    this.#json('error', { stage: 'line', code, message: errorText(error) });
    this.say(errorText(error));
  }

  /** Where the time went, by stage. */
  latency(stages: ReturnType<Chat['latency']['stages']>): void {
    this.#json('latency', { stages });
    this.list(stages.length === 0 ? 'No turn has ended yet' : stages.map(stageLine).join('\n'));
  }

  /** For people, on stderr. */
  say(text: string): void {
    this.#wipe();
    this.#options.context.say(printable(text).replaceAll('\ufffd', ' '));
    this.#prompt();
  }

  /** Several lines of ours. */
  list(text: string): void {
    this.#wipe();
    this.#options.context.say(text);
    this.#prompt();
  }

  /** Lets go of standard input. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const off of this.#offs.splice(0)) off();
    const input = this.#input;
    this.#input = undefined;
    this.#wipe();
    input?.close();
  }

  get #isJson(): boolean {
    return this.#options.context.args['json'] === true;
  }

  get #isKeyboard(): boolean {
    const { io } = this.#options.context;
    return io.isTerminal && 'isTTY' in io.stdin && io.stdin.isTTY === true && !this.#isJson;
  }

  #turn(handle: TurnHandle): void {
    const { turn, by } = handle;
    this.#json('turn', { turn, by });
    let shown = '';
    const offs = [
      handle.events.on('started', (text) => {
        shown = text;
        this.#json('started', { turn, text });
        if (by !== 'typed' && by !== 'operator' && by !== 'avatar' && !text.includes(UNWRITTEN))
          this.#line('you', text);
      }),
      handle.events.on('chunk', (chunk) => this.#chunk(chunk)),
      handle.events.on('tool', (news) => {
        this.#json('tool', { turn, ...news });
        if (news.stage === 'called') this.say(`tool ${news.name} ${news.argumentsJson.slice(0, 200)}`);
      }),
      handle.events.on('vision', (source) => {
        this.#json('vision', { turn, source });
        this.say(`looking: ${source}`);
      }),
      handle.events.on('heard', (heard) => this.#json('heard', { turn, ...heard })),
    ];
    // It may come when the turn is over.
    handle.events.on('userText', (text) => {
      if (this.#isClosed) return;
      this.#json('userText', { turn, text });
      if (text !== shown) this.#line('you', text);
      shown = text;
    });
    void handle.ended.then((end) => {
      for (const off of offs) off();
      // Nobody has written down what was said, or not yet.
      if (shown.includes(UNWRITTEN)) this.#line('you', shown);
      this.#ended(end);
    });
  }

  #chunk(chunk: TurnChunk): void {
    this.#json('chunk', { ...chunk });
    const text = this.#options.showsTags ? chunk.raw.trim() : chunk.text.trim();
    if (text !== '') this.#line('avatar', text);
  }

  #ended(end: TurnEnd): void {
    const { error, ...rest } = end;
    const told = error === undefined ? {} : { error: { code: error.code, message: error.message } };
    this.#json('turnEnded', { ...rest, ...told });
    if (end.outcome === 'interrupted') this.say(`interrupted; heard: ${end.heard.trim() || '(nothing)'}`);
    const times = this.#options.showsTimings ? traceText(end.trace) : '';
    if (times !== '') this.say(times);
  }

  #ignored(text: string, why: string): void {
    this.#json('ignored', { text, why });
    if (this.#options.showsTimings && text !== '') this.say(`not answered (${why}): ${text}`);
  }

  #awake(isAwake: boolean): void {
    this.#json('awake', { isAwake });
    this.say(isAwake ? 'awake' : 'asleep: waiting for a wake word');
  }

  #line(who: string, text: string): void {
    if (this.#isJson) return;
    this.#wipe();
    this.#options.context.print(`${who}: ${printable(inOneLine(text))}`);
    this.#prompt();
  }

  #json(event: string, fields: object): void {
    if (this.#isJson) this.#options.context.print(printableJson({ event, ...fields }));
  }

  #wipe(): void {
    if (this.#isKeyboard && this.#input !== undefined) this.#options.context.io.stderr.write(WIPE_LINE);
  }

  #prompt(): void {
    if (this.#isKeyboard) this.#input?.prompt(true);
  }
}
