import type { BridgeError } from '../runtime/index.js';
import { createWakeWords, type WakeWords } from '../turns/index.js';
import { CarriedWords } from './carried-words.js';
import type { Floor } from './floor.js';
import { Interruption } from './interruption.js';
import { type Heard, Listener, type ListenerOwner } from './listener.js';
import type { Judge } from './ports.js';
import type { Services } from './services.js';
import { sorryText } from './sorry.js';
import { Speculation } from './speculation.js';
import type { TurnDesk } from './turn-desk.js';
import type { TurnRun } from './turn-run.js';
import { WordlessRecognizer } from './wordless-recognizer.js';

export interface TakingOptions {
  readonly services: Services;
  readonly floor: Floor;
  readonly desk: TurnDesk;
  readonly judge: Judge;
}

/** Less than a word, or a clause: nobody has understood anything of a reply of which no more was heard. */
const LITTLE_HEARD_MS = 600;
/** Words that somebody else recognised began about so long ago; they do not tell. */
const RECOGNISED_AFTER_MS = 1000;

/**
 * Decides what the user's voice means for whose turn it is: see `Interruption` for a voice over a turn, `Speculation` for replies that
 * are prepared in a pause.
 *
 * Words that overtake a turn before more than a sound of it was heard, soon after the words that began it, go on with those: both are answered
 * once, as one. The same holds for an utterance that was cut because it was long. Words that wait for more are never lost: if nothing
 * follows, they are answered as they are.
 */
export class TurnTaking implements ListenerOwner {
  readonly #options: TakingOptions;
  readonly #listener: Listener | undefined;
  readonly #wake: WakeWords;
  readonly #interruption: Interruption;
  readonly #speculation: Speculation;
  readonly #carried: CarriedWords;

  constructor(options: TakingOptions) {
    this.#options = options;
    const { services, desk, judge } = options;
    const { ports, settings, events } = services;
    this.#wake = createWakeWords({
      ...settings.wake,
      clock: ports.clock,
      onChange: (isOpen) => events.emit('awake', isOpen),
    });
    this.#interruption = new Interruption({
      ...options,
      onCommit: (turn, heard) => this.#committed(turn, heard),
    });
    this.#carried = new CarriedWords(judge, services.history);
    this.#speculation = new Speculation(desk, settings.speculation);
    const { clock, ear } = ports;
    const recognizer = ports.recognizer ?? (ports.brain === undefined ? undefined : new WordlessRecognizer());
    if (ear !== undefined && recognizer !== undefined)
      this.#listener = new Listener({ clock, ear, recognizer, settings, owner: this });
  }

  get isAwake(): boolean {
    return this.#wake.isOpen;
  }

  /** A turn that did not come from the voice: it opens the conversation, and unanswered words do not wait for more. */
  askedOtherwise(): void {
    this.#wake.wake();
    this.#interruption.letGo();
    this.#carried.putBack();
  }

  /**
   * Words that somebody else recognised: what of them asks for a turn. Undefined, and told as ignored: the avatar's own voice, a
   * listening noise over a turn, or not meant for it while it sleeps.
   */
  meantElsewhere(text: string): string | undefined {
    const { judge, desk, services } = this.#options;
    const language = services.settings.language || undefined;
    const beganMs = services.ports.clock.nowMs() - RECOGNISED_AFTER_MS;
    const meant = judge.withoutEcho(text.trim(), beganMs, desk.spoken);
    const kind = judge.interjection(meant, language);
    const isOver = desk.turn?.hasSounded === true && !desk.turn.isNearlyHeard;
    const isNothing = kind === 'nothing' || (kind === 'backchannel' && isOver);
    const isOff = services.settings.interruption.by === 'off' && isOver;
    if (isNothing || isOff) {
      const why = text.trim() === '' ? 'noWords' : meant === '' ? 'echo' : 'backchannel';
      services.events.emit('ignored', text, why);
      return undefined;
    }
    const woken = this.#wake.hear(meant);
    if (woken.isMeant) return woken.text === '' ? meant : woken.text;
    services.events.emit('ignored', text, 'asleep');
    return undefined;
  }

  /** A turn has ended, or began. */
  touched(isUnderWay: boolean): void {
    if (isUnderWay) this.#wake.hold();
    else this.#wake.touch();
  }

  /** The user meant it: a key, a button. */
  interruptByKey(): void {
    this.#interruption.letGo();
    this.#speculation.drop();
    this.#options.desk.cut();
  }

  /** Somebody speaks without end, or words never come: the utterance is given up. */
  stuck(): void {
    const { floor, services } = this.#options;
    const isVoice = (): boolean => floor.user === 'voicing' || floor.user === 'pausing';
    if (isVoice()) services.ports.ear?.flush();
    // An ear that works has ended it by now; one that does not is not waited for.
    if (isVoice()) {
      this.#listener?.forget();
      floor.tellUser('dropped');
      this.#interruption.resumeAny();
      this.#answerCarried();
    }
    this.#afterWords();
  }

  /** Yielding lasted too long: what was said is not known and will not be. */
  stuckYielding(): void {
    this.#interruption.resumeAny();
  }

  forgetWords(): void {
    this.#carried.clear();
    this.#speculation.drop();
  }

  close(): void {
    this.#interruption.letGo();
    this.#listener?.close();
    this.#wake.close();
    this.forgetWords();
  }

  // What the listener tells.

  began(heard: Heard): void {
    const { floor, services } = this.#options;
    heard.isIgnored = services.settings.interruption.by === 'off' && floor.avatar === 'speaking';
    floor.tellUser('began');
    // Asleep, nobody but the ear listens.
    const isHeard = !heard.isIgnored && this.#wake.isOpen && !services.isOperated();
    if (isHeard) services.ports.brain?.hear?.(heard.utterance);
  }

  lasted(heard: Heard): void {
    const { desk, services } = this.#options;
    if (heard.isIgnored || desk.turn === undefined || heard.verdict !== 'unknown') return;
    // Asleep it listens to nothing but its name, not even to be quiet.
    if (!this.#wake.isOpen) return;
    if (services.settings.interruption.by === 'voice') this.#interruption.commit(heard);
    else this.#interruption.hold(heard);
  }

  paused(): void {
    this.#interruption.pause();
    this.#options.floor.tellUser('paused');
  }

  wentOn(heard: Heard): void {
    const { floor, services } = this.#options;
    floor.tellUser('wentOn');
    this.#speculation.drop();
    // A listening noise that goes on may become more than that.
    if (heard.verdict === 'harmless') heard.verdict = 'unknown';
    if (services.settings.interruption.by !== 'voice') this.lasted(heard);
  }

  ended(heard: Heard): void {
    this.#interruption.pause();
    this.#options.floor.tellUser('ended');
    this.#speculation.ended(heard);
  }

  words(heard: Heard, text: string, isPause: boolean): void {
    const { services, desk } = this.#options;
    services.events.emit('partial', text);
    if (heard.isIgnored || (desk.turn !== undefined && !this.#wake.isOpen)) return;
    const meant = this.#meant(heard, text);
    if (desk.turn !== undefined) {
      const isEnough = this.#interruption.interrupts(heard, meant);
      if (isEnough) this.#interruption.commit(heard);
      else if (isPause) this.#interruption.resume(heard);
      if (!isEnough) return;
    }
    if (isPause && meant !== '') this.#likelyEnd(heard, meant);
  }

  said(heard: Heard, text: string, goesOn: boolean): void {
    const { desk, services } = this.#options;
    const meant = heard.isIgnored ? '' : this.#meant(heard, text);
    if (desk.turn !== undefined && !this.#wake.isOpen && !this.#wake.hear(meant).isMeant) {
      services.events.emit('ignored', text, 'asleep');
      this.#unhear(heard);
      this.#interruption.resume(heard);
    } else if (desk.turn !== undefined && !this.#interruption.interrupts(heard, meant)) {
      const why = text === '' ? 'noWords' : meant === '' ? 'echo' : 'backchannel';
      services.events.emit('ignored', text, why);
      this.#unhear(heard);
      this.#interruption.resume(heard);
    } else {
      this.#interruption.commit(heard);
      this.#answer(heard, { text, meant, goesOn });
    }
    this.#afterWords();
  }

  dropped(heard: Heard): void {
    this.#unhear(heard);
    this.#options.floor.tellUser('dropped');
    this.#speculation.drop();
    this.#interruption.resume(heard);
    this.#answerCarried();
    this.#afterWords();
  }

  failed(heard: Heard, error: BridgeError): void {
    const { desk, services } = this.#options;
    this.#unhear(heard);
    this.#speculation.drop();
    if (desk.turn === undefined && this.#carried.isEmpty) this.#apologise(heard, error);
    else {
      // The reply that sounds, or the words that are known, are worth more than an apology.
      services.events.emit('error', error, 'recognition');
      this.#interruption.resume(heard);
      this.#answerCarried();
    }
    this.#afterWords();
  }

  #apologise({ utterance }: Heard, error: BridgeError): void {
    const { reply, language } = this.#options.services.settings;
    this.#options.desk.begin({
      by: 'voice',
      text: '',
      fromMs: utterance.lastVoiceAtMs,
      startedMs: utterance.startedAtMs,
      given: sorryText(reply.sorry, '', language),
      failure: { error, stage: 'recognition' },
    });
  }

  /** The user goes on with words that were not answered yet, or hardly: both wait to be answered as one. */
  #committed(turn: TurnRun, heard: Heard): void {
    const { by, fromMs, failure } = turn.plan;
    const isSpoken = by === 'voice' || by === 'peer';
    const gapMs = heard.utterance.startedAtMs - fromMs;
    const { continueMs } = this.#options.services.settings.turnEnd;
    const isUnheard = !turn.hasSounded || turn.heardMs < LITTLE_HEARD_MS;
    const goesOn = isSpoken && isUnheard && failure === undefined && gapMs <= continueMs;
    if (!goesOn) return;
    turn.takenUp();
    this.#carried.takeUp(turn);
  }

  /** Without what the avatar said itself. */
  #meant(heard: Heard, text: string): string {
    const { judge, desk } = this.#options;
    if (text === '') return '';
    return judge.withoutEcho(text, heard.utterance.startedAtMs, desk.spoken);
  }

  /** A pause with words: how long it must be, and perhaps a guess. */
  #likelyEnd(heard: Heard, meant: string): void {
    const { judge, services } = this.#options;
    const { settings, ports } = services;
    const text = this.#carried.joined(meant);
    const { state } = judge.end(text, heard.language);
    if (state === 'unfinished') ports.ear?.requirePause(settings.turnEnd.unfinishedPauseMs);
    else if (state === 'finished') ports.ear?.requirePause(settings.turnEnd.finishedPauseMs);
    const mayGuess =
      state !== 'unfinished' &&
      this.#wake.isOpen &&
      !services.isOperated() &&
      // A model of sound is asked only for what was said whole.
      ports.brain === undefined &&
      judge.interjection(meant, heard.language) !== 'nothing';
    if (mayGuess) this.#speculation.offer(heard, text, () => this.#carried.plan(heard, text));
    else this.#speculation.drop();
  }

  #answer(
    heard: Heard,
    { text, meant, goesOn }: { readonly text: string; readonly meant: string; readonly goesOn: boolean },
  ): void {
    const { judge, services } = this.#options;
    if (judge.interjection(meant, heard.language) === 'nothing') {
      this.#speculation.drop();
      services.events.emit('ignored', text, text !== '' && meant === '' ? 'echo' : 'noWords');
      this.#unhear(heard);
      if (!goesOn) this.#answerCarried();
      return;
    }
    const woken = this.#wake.hear(meant);
    if (!woken.isMeant) {
      this.#speculation.drop();
      services.events.emit('ignored', text, 'asleep');
      this.#unhear(heard);
      return;
    }
    // Nothing but the name was said: it is answered.
    const all = this.#carried.joined(woken.text === '' ? meant : woken.text);
    if (!goesOn) {
      this.#begin(heard, all);
      return;
    }
    this.#speculation.drop();
    // It is asked with what follows.
    this.#unhear(heard);
    this.#carried.carry(heard, all);
  }

  #begin(heard: Heard, text: string): void {
    const { desk } = this.#options;
    if (!this.#speculation.take(heard, text)) {
      const run = desk.begin(this.#carried.plan(heard, text));
      run.mark('endOfTurn');
      run.mark('transcript');
    }
    this.#carried.clear();
    const { turn, session, sound = [] } = desk.turn?.plan ?? {};
    const { kept } = session ?? {};
    if (turn === undefined || kept?.sound === undefined) return;
    for (const utterance of sound) kept.sound(turn, 'user', utterance.pcm());
  }

  /** What would have gone on did not: it is answered as it was. */
  #answerCarried(): void {
    const { desk } = this.#options;
    if (desk.turn !== undefined || this.#isMoreComing) return;
    const plan = this.#carried.takeAlone();
    if (plan !== undefined) desk.begin(plan);
  }

  /** A brain that listens is not asked. */
  #unhear({ utterance }: Heard): void {
    this.#options.services.ports.brain?.unhear?.(utterance);
  }

  get #isMoreComing(): boolean {
    return this.#listener?.isBusy ?? false;
  }

  /** Nobody speaks and no words are awaited: what may sound, sounds. */
  #afterWords(): void {
    const { floor, desk } = this.#options;
    if (this.#isMoreComing) return;
    floor.tellUser('known');
    if (!this.#interruption.isHolding && floor.user === 'silent') desk.turn?.letSpeak();
    desk.next();
  }
}
