import type { Chat } from '../../chat/index.js';
import type { TurnHandle } from '../../dialogue/index.js';
import {
  anySignal,
  type Clock,
  ConfigError,
  isAbortError,
  orAborted,
  SystemClock,
  sleep,
} from '../../runtime/index.js';
import { ChatEar } from '../chat-ear.js';
import { type ChatLine, chatHelp, readChatLine } from '../chat-line.js';
import { ChatScreen } from '../chat-screen.js';
import { scriptLines } from '../chat-script.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { findSession } from '../find-session.js';
import { openKeptHere } from '../kept-here.js';
import { isByKeyOnly, openChatHere, readChatHere } from '../open-chat.js';
import { pictureOf } from '../picture-file.js';
import { PushToTalk } from '../push-to-talk.js';
import { openMicrophone, type VoiceSource } from '../voice-source.js';

/** `chat`: a conversation with the avatar in the terminal, typed or by microphone. */
export async function chat(context: CommandContext): Promise<number> {
  const script = textArg(context.args, 'script');
  const lines = script === undefined ? undefined : await scriptLines(script);
  const hears =
    context.args['mic'] === true || (lines ?? []).some(({ line }) => /^\s*(& *)?\/voice\b/.test(line));
  const pushToTalk = context.args['push-to-talk'] === true;
  if (pushToTalk && !hears)
    throw new ConfigError('BRIDGE_ERR_USAGE', '--push-to-talk is for what is spoken: add --mic');
  const clock = new SystemClock();
  // Before anything is started: what is wrong costs nothing.
  const resume = await sessionToResume(context);
  const user = textArg(context.args, 'user');
  const settings = await readChatHere(context, { hears, pushToTalk, user, resume });
  if (context.args['mic'] === true && !pushToTalk && isByKeyOnly(settings))
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      'conversation.hearing.vad is "off": nothing that is said would be heard. Add --push-to-talk, or set vad to webrtc',
    );
  if (lines === undefined) context.say('Type to talk; /help lists what else there is, Ctrl-C leaves');
  const { drain, quit } = context.io;
  const signal = anySignal(drain, quit);
  const connection = await connectDaemon(context, signal);
  const talk = new Talk(context, clock, { isScript: lines !== undefined || !isTyped(context) });
  const tell = (text: string): void => talk.tell(text);
  try {
    const { client } = connection;
    const opened = await openChatHere(context, settings, { client, clock, tell, write: tell, signal });
    return await talk.run(opened, lines);
  } finally {
    // The next Ctrl-C leaves at once, whatever does not end.
    await orAborted(
      talk.close().finally(() => connection.leave()),
      drain.aborted ? quit : drain,
    );
  }
}

/** @throws {RequestError} BRIDGE_ERR_KEPT */
async function sessionToResume(context: CommandContext): Promise<string | undefined> {
  const given = textArg(context.args, 'resume');
  if (given === undefined) return undefined;
  const { kept } = await openKeptHere(context);
  try {
    return (await findSession(kept, given)).id;
  } finally {
    await kept.close();
  }
}

/** One conversation at a terminal, or by a script. */
class Talk {
  readonly #context: CommandContext;
  readonly #clock: Clock;
  readonly #isScript: boolean;
  readonly #screen: ChatScreen;
  readonly #over = new AbortController();
  readonly #stopped: AbortSignal;
  #chat: Chat | undefined;
  #ear: ChatEar | undefined;
  #push: PushToTalk | undefined;
  #microphone: VoiceSource | undefined;
  #hasFailed = false;
  /** Lines in their order, one after the other. */
  #line: Promise<void> = Promise.resolve();

  constructor(context: CommandContext, clock: Clock, { isScript }: { readonly isScript: boolean }) {
    this.#context = context;
    this.#clock = clock;
    this.#isScript = isScript;
    this.#stopped = anySignal(context.io.drain, context.io.quit, this.#over.signal);
    this.#screen = new ChatScreen({
      context,
      showsTags: context.args['tags'] === true,
      showsTimings: context.args['timings'] === true,
      onLine: (line) => this.#enqueue(line),
      onHotkey: (digit) => this.#enqueue(`/line ${digit}`),
      onTalkKey: context.args['push-to-talk'] === true ? () => this.#push?.key() : undefined,
      onEnd: () => void this.#line.then(() => this.#awaitTurn()).then(() => this.#over.abort()),
    });
  }

  tell(text: string): void {
    this.#screen.tell(text);
  }

  async run(chat: Chat, lines: readonly { readonly line: string }[] | undefined): Promise<number> {
    this.#chat = chat;
    const { conversation, parts } = chat;
    this.#screen.show(chat);
    conversation.events.on('turnEnded', ({ outcome }) => {
      if (outcome === 'failed') this.#hasFailed = true;
    });
    this.tell(`Replies: ${parts.topology} (${parts.topologyWhy})`);
    if (parts.hears !== undefined) await this.#listen(chat, parts.hears);
    void conversation.warmUp();
    this.#screen.ready(chat, this.#microphone?.isRunning === true);
    // Who was spoken to first needs no welcome.
    const greeting = conversation.turn === undefined ? conversation.greet() : undefined;
    if (this.#isScript) this.#line = this.#line.then(() => greeting?.ended.then(() => {}));
    if (lines === undefined) this.#screen.read();
    else {
      for (const { line } of lines) this.#enqueue(line);
      void this.#line.then(() => this.#awaitTurn()).then(() => this.#over.abort());
    }
    await new Promise<void>((resolve) => {
      if (this.#stopped.aborted) resolve();
      this.#stopped.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.#context.io.drain.aborted || this.#context.io.quit.aborted) return EXIT.interrupted;
    return this.#isScript && this.#hasFailed ? EXIT.failed : EXIT.ok;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#over.abort();
    this.#ear?.close();
    this.#push?.end();
    await this.#microphone?.close();
    await this.#chat?.close();
    this.#screen.close();
    // Else its silence would keep the process alive.
    this.#context.io.stdin.destroy();
  }

  async #listen(chat: Chat, hears: string): Promise<void> {
    this.#ear = new ChatEar(chat.conversation, this.#clock);
    this.#push = new PushToTalk({
      conversation: chat.conversation,
      clock: this.#clock,
      onChange: (isTalking) => this.#screen.talking(isTalking),
    });
    this.tell(`${hears.replace(': ', ' listens: ')}`);
    if (this.#context.args['push-to-talk'] === true) this.tell(PUSH_TO_TALK);
    if (this.#context.args['mic'] !== true) {
      this.#ear.listenToSilence();
      return;
    }
    this.#microphone = await openMicrophone({
      context: this.#context,
      clock: this.#clock,
      signal: this.#stopped,
      say: (text) => this.tell(text),
    });
    this.tell(`Microphone: ${this.#microphone.label}`);
    this.#ear.listen(this.#microphone);
  }

  #enqueue(line: string): void {
    const read = readChatLine(line.replace(/^\s*&\s*/, ''));
    // What is typed acts at once; of a script each line waits for the one before.
    if (!this.#isScript) {
      void this.#do(read, false);
      return;
    }
    const isAwaited = !/^\s*&/.test(line);
    this.#line = this.#line.then(() => (this.#stopped.aborted ? undefined : this.#do(read, isAwaited)));
  }

  async #do(line: ChatLine, isAwaited: boolean): Promise<void> {
    try {
      await this.#act(line, isAwaited);
    } catch (error) {
      if (isAbortError(error) && this.#stopped.aborted) return;
      this.#hasFailed = true;
      this.#screen.refuse(error);
    }
  }

  async #act(line: ChatLine, isAwaited: boolean): Promise<void> {
    const chat = this.#chat;
    if (chat === undefined) return;
    const { conversation } = chat;
    switch (line.type) {
      case 'nothing':
        return;
      case 'ask':
        return this.#finish(
          this.#ask(chat, { text: line.text, images: await pictures(line.images) }),
          isAwaited,
        );
      case 'say':
        return this.#finish(conversation.say(line.text), isAwaited);
      case 'line':
        return this.#finish(conversation.say(cannedLine(chat, line.name)), isAwaited);
      case 'voice':
        return this.#voice(line.file, isAwaited);
      case 'talk':
        return this.#talk(isAwaited);
      case 'wait':
        return sleep(this.#clock, line.ms, this.#stopped);
      case 'await':
        return this.#awaitTurn();
      case 'stop':
        return conversation.interrupt();
      case 'takeOver':
        conversation.takeOver();
        return this.tell('You write the replies: /say TEXT; /back gives them to the model again');
      case 'handBack':
        return conversation.handBack();
      case 'forget':
        await chat.forget();
        return this.tell(newSession(chat));
      case 'latency':
        return this.#screen.latency(chat.latency.stages());
      case 'help':
        return this.#screen.list(chatHelp());
      case 'quit':
        return this.#over.abort();
      case 'wrong':
        throw new ConfigError('BRIDGE_ERR_USAGE', line.why);
    }
  }

  #ask(
    { conversation }: Chat,
    asked: { readonly text: string; readonly images: readonly string[] },
  ): TurnHandle {
    const turn = conversation.ask({ ...asked, by: 'typed' });
    this.#screen.asked(turn, asked.text);
    return turn;
  }

  async #finish(turn: TurnHandle, isAwaited: boolean): Promise<void> {
    if (isAwaited) await turn.ended;
  }

  async #voice(file: string, isAwaited: boolean): Promise<void> {
    if (this.#ear === undefined)
      throw new ConfigError(
        'BRIDGE_ERR_USAGE',
        '/voice needs an ear: start with --mic, or name it in a --script',
      );
    const heard = this.#ear.play(file, this.#stopped);
    if (!isAwaited) void heard.catch((error: unknown) => this.#screen.refuse(error));
    // While the key is down nothing is answered.
    else if (this.#push?.isTalking === true) await heard;
    else await this.#answered(heard);
  }

  /** The key of push to talk; when it is let go, what was said is answered. */
  async #talk(isAwaited: boolean): Promise<void> {
    if (this.#push === undefined)
      throw new ConfigError('BRIDGE_ERR_USAGE', '/talk needs an ear: start with --mic --push-to-talk');
    const answered = isAwaited && this.#push.isTalking ? this.#answered(Promise.resolve()) : undefined;
    this.#push.toggle();
    await answered;
  }

  /** @param said - resolves when something was said. */
  async #answered(said: Promise<void>): Promise<void> {
    const { events } = this.#chat?.conversation ?? {};
    if (events === undefined) return said;
    let off = (): void => {};
    const answered = new Promise<void>((resolve) => {
      off = events.once('turn', (turn) => void turn.ended.then(() => resolve()));
    });
    try {
      await said;
      // Nothing may have been said: a pause longer than any that ends an utterance then ends the wait.
      await Promise.race([answered, sleep(this.#clock, LONGEST_PAUSE_MS, this.#stopped)]);
    } finally {
      off();
    }
    await this.#awaitTurn();
  }

  async #awaitTurn(): Promise<void> {
    await this.#chat?.conversation.turn?.ended;
  }
}

const PUSH_TO_TALK =
  'Push to talk: Space on an empty line (or /talk) begins what you say and ends it; or hold it while you speak';

/** Pause after plainly unfinished words, recognition, and some room. */
const LONGEST_PAUSE_MS = 15_000;

function isTyped({ io }: CommandContext): boolean {
  return 'isTTY' in io.stdin && io.stdin.isTTY === true;
}

async function pictures(files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(files.map(pictureOf));
}

function newSession({ session }: Chat): string {
  const kept = session === undefined ? '' : `; what comes now is kept as session ${session}`;
  return `Forgotten: what was said, and what was kept of it${kept}`;
}

function cannedLine({ lines }: Chat, name: string): string {
  const line = lines[name];
  if (line !== undefined) return line;
  const known = Object.keys(lines);
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    known.length === 0
      ? `Expected a canned line called "${name.slice(0, 40)}", but there are none: conversation.lines in the settings file holds them`
      : `Expected a canned line (${known.join(', ')}), got "${name.slice(0, 40)}"`,
  );
}
