import { make } from '../dom.js';
import { Bubble } from './bubble.js';
import { ICONS } from './icons.js';
import { inkOn, type WidgetOptions } from './widget-options.js';
import { WIDGET_STYLE } from './widget-style.js';
import type { SayWidget, WidgetTextKey } from './widget-texts.js';

/** So near its end, new words keep it there. */
const NEAR_END_PX = 60;
/** Older rows leave the page; the log has them still. */
const MAX_ROWS = 300;

/**
 * Everything that is seen, in a shadow tree: no style of the page reaches in, none reaches out. Says nothing by itself: `WidgetChat` does.
 */
export class WidgetView {
  readonly host: HTMLElement;
  readonly launcher: HTMLButtonElement;
  readonly panel = make('section', 'panel');
  readonly closeButton: HTMLButtonElement;
  readonly voiceButton: HTMLButtonElement;
  readonly saveButton: HTMLButtonElement;
  readonly sendButton: HTMLButtonElement;
  readonly speakButton: HTMLButtonElement;
  readonly stopButton: HTMLButtonElement;
  readonly stopRecordingButton: HTMLButtonElement;
  readonly field = make('textarea', 'field');
  readonly form = make('form', 'entry');
  readonly #say: SayWidget;
  readonly #face = make('span', 'face');
  readonly #log = make('div', 'log');
  readonly #spoken = make('div', 'unseen');
  readonly #status = make('p', 'status');
  readonly #recording = make('div', 'recording');
  readonly #recordingText = make('span', 'recording-text');

  constructor(options: WidgetOptions, say: SayWidget) {
    this.#say = say;
    this.host = document.createElement('mmdagent-popup');
    this.launcher = this.#button('launcher', 'open', ICONS.chat);
    this.closeButton = this.#button('icon', 'close', ICONS.close);
    this.voiceButton = this.#button('icon', 'voiceOn', ICONS.voice);
    this.saveButton = this.#button('icon', 'save', ICONS.save);
    this.sendButton = this.#button('icon send', 'send', ICONS.send);
    this.speakButton = this.#button('icon', 'speak', ICONS.microphone);
    this.stopButton = this.#button('stop', 'stop', ICONS.stop);
    this.stopRecordingButton = this.#button('stop', 'stopRecording', ICONS.stop);
    this.#build(options);
    this.#dress(options);
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  set isOpen(isOpen: boolean) {
    this.panel.hidden = !isOpen;
    this.launcher.setAttribute('aria-expanded', String(isOpen));
    this.host.dataset['open'] = String(isOpen);
    if (isOpen) this.toEnd();
  }

  /** Whether the keyboard is in the panel. */
  get hasFocus(): boolean {
    return this.host.shadowRoot?.activeElement !== null;
  }

  addBubble(role: 'user' | 'assistant'): Bubble {
    const bubble = new Bubble(role, this.#say);
    this.#log.append(bubble.element);
    while (this.#log.childElementCount > MAX_ROWS) this.#log.firstElementChild?.remove();
    this.toEnd();
    return bubble;
  }

  /** Runs a change of the log, and keeps its end in view unless the reader went back. */
  follow(change: () => void): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    change();
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.toEnd();
  }

  toEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Read out once, as a whole: what is typed letter by letter would be read letter by letter. */
  tell(text: string): void {
    this.#spoken.append(make('p', '', text));
    while (this.#spoken.childElementCount > 8) this.#spoken.firstElementChild?.remove();
  }

  set status(text: string) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
    this.#status.hidden = text === '';
  }

  /** Undefined: at rest, which is drawn. */
  set face(emoji: string | undefined) {
    this.#face.replaceChildren(emoji ?? drawing(ICONS.chat));
  }

  /** Undefined: the field is back. */
  set recording(text: string | undefined) {
    const isShown = text !== undefined;
    if (this.#recording.hidden === isShown) this.#recording.hidden = !isShown;
    this.form.hidden = isShown;
    if (isShown) this.#recordingText.textContent = text;
  }

  /** While something is waited for, neither keyboard nor microphone is taken. */
  setBusy(isBusy: boolean, isStoppable: boolean): void {
    this.field.disabled = isBusy;
    this.speakButton.disabled = isBusy;
    this.sendButton.disabled = isBusy;
    this.stopButton.hidden = !isStoppable;
    this.sendButton.hidden = isStoppable;
    this.host.dataset['busy'] = String(isBusy);
  }

  /** Whether answers are spoken, on the button that changes it. */
  setVoice(isOn: boolean): void {
    this.setLabel(this.voiceButton, isOn ? 'voiceOn' : 'voiceOff');
    this.voiceButton.replaceChildren(drawing(isOn ? ICONS.voice : ICONS.mute));
  }

  setLabel(button: HTMLButtonElement, key: WidgetTextKey): void {
    const text = this.#say(key);
    button.setAttribute('aria-label', text);
    button.title = text;
  }

  #build(options: WidgetOptions): void {
    const title = options.title ?? this.#say('title');
    const heading = make('h2', 'title', title);
    this.#face.setAttribute('aria-hidden', 'true');
    this.face = undefined;
    const head = make(
      'header',
      'head',
      this.#face,
      heading,
      this.voiceButton,
      this.saveButton,
      this.closeButton,
    );
    this.#log.setAttribute('role', 'log');
    this.#log.setAttribute('aria-live', 'off');
    this.#log.setAttribute('aria-label', this.#say('log'));
    this.#log.tabIndex = 0;
    this.#spoken.setAttribute('aria-live', 'polite');
    this.#status.setAttribute('role', 'status');
    this.#status.hidden = true;
    this.#recording.hidden = true;
    this.#recording.append(make('span', 'pulse'), this.#recordingText, this.stopRecordingButton);
    this.field.rows = 1;
    this.field.maxLength = 10_000;
    this.field.placeholder = this.#say('placeholder');
    this.field.setAttribute('aria-label', this.#say('field'));
    this.form.append(this.field, this.speakButton, this.sendButton, this.stopButton);
    this.stopButton.hidden = true;
    this.panel.setAttribute('role', 'dialog');
    this.panel.setAttribute('aria-label', title);
    this.panel.append(head, this.#log, this.#spoken, this.#status, this.#recording, this.form);
    this.voiceButton.hidden = true;
    const shadow = this.host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(WIDGET_STYLE);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.panel, this.launcher);
  }

  /** What a page's own rules, important ones too, cannot undo: they reach the host, and nothing else. */
  #dress({ position, theme, color, language }: WidgetOptions): void {
    const { style, dataset } = this.host;
    style.setProperty('all', 'initial', 'important');
    style.setProperty('display', 'block', 'important');
    style.setProperty('position', 'fixed', 'important');
    style.setProperty('z-index', '2147483000', 'important');
    style.setProperty('bottom', '0', 'important');
    style.setProperty(position, '0', 'important');
    this.host.lang = language;
    dataset['position'] = position;
    dataset['theme'] = theme;
    if (color === undefined) return;
    for (const element of [this.panel, this.launcher]) {
      element.style.setProperty('--accent', color);
      element.style.setProperty('--on-accent', inkOn(color));
    }
    dataset['color'] = 'own';
  }

  #button(className: string, key: WidgetTextKey, icon: string): HTMLButtonElement {
    const button = make('button', className);
    button.type = 'button';
    button.append(drawing(icon));
    this.setLabel(button, key);
    return button;
  }
}

function drawing(path: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(space, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
