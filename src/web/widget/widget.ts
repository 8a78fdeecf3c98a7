import { SystemClock } from '../../runtime/clock.js';
import { type ChatLine, KeptChat } from './kept-chat.js';
import { RequestTransport } from './request-transport.js';
import { SocketTransport } from './socket-transport.js';
import type { MessageHandler } from './subscribers.js';
import { VoiceOut } from './voice-out.js';
import { WidgetChat } from './widget-chat.js';
import { readWidgetOptions, type WidgetOptions } from './widget-options.js';
import { widgetTexts } from './widget-texts.js';
import { WidgetView } from './widget-view.js';

/** What the page's own programs may do with the widget. */
export interface PopupApi {
  open(): void;
  close(): void;
  /** As if the user had written it. @returns whether it was taken: not while an answer is waited for. */
  send(text: string): boolean;
  /** Asked with every message of the server before the widget is. @returns takes the handler back. */
  subscribe(handler: MessageHandler): () => void;
  /** What was said in this tab, oldest first. */
  history(): readonly ChatLine[];
  /** The widget is gone, and all that it held. */
  destroy(): void;
}

declare global {
  interface Window {
    mmdagentBridge?: { popup?: PopupApi };
  }
}

/** Puts the widget into the page. */
function mount(options: WidgetOptions): PopupApi {
  const say = widgetTexts(options.language);
  const view = new WidgetView(options, say);
  const clock = new SystemClock();
  const kept = new KeptChat(
    `mmdagent-bridge.popup ${options.server} ${options.persona ?? ''}`,
    storage(),
    (bytes) => crypto.getRandomValues(bytes),
  );
  const parts = { server: options.server, id: kept.id, clock, random: Math.random };
  const transport =
    options.transport === 'http' ? new RequestTransport(parts, {}) : new SocketTransport(parts, {});
  const isMotionReduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const voice = new VoiceOut();
  const chat = new WidgetChat({ options, say, view, transport, kept, voice, clock, isMotionReduced });
  const open = (): void => {
    view.isOpen = true;
    chat.begin();
    if (chat.isIdle) view.field.focus();
  };
  const close = (): void => {
    if (!view.isOpen) return;
    const hadFocus = view.hasFocus;
    chat.cancelRecording();
    view.isOpen = false;
    if (hadFocus) view.launcher.focus();
  };
  listen(view, chat, { open, close, save: () => saveFile(kept.asJson()) });
  view.isOpen = false;
  view.setBusy(false, false);
  document.body.append(view.host);
  if (options.isOpen) {
    view.isOpen = true;
    chat.begin();
  }
  return {
    open,
    close,
    send: (text) => chat.send(String(text)),
    subscribe: (handler) => chat.subscribers.subscribe(handler),
    history: () => kept.lines,
    destroy: () => {
      chat.close();
      view.host.remove();
      if (window.mmdagentBridge !== undefined) delete window.mmdagentBridge.popup;
    },
  };
}

interface Deeds {
  readonly open: () => void;
  readonly close: () => void;
  readonly save: () => void;
}

function listen(view: WidgetView, chat: WidgetChat, { open, close, save }: Deeds): void {
  const { field, form } = view;
  const submit = (): void => {
    if (chat.send(field.value)) field.value = '';
  };
  view.launcher.addEventListener('click', open);
  view.closeButton.addEventListener('click', close);
  view.saveButton.addEventListener('click', save);
  view.voiceButton.addEventListener('click', () => chat.spoken.toggle());
  view.sendButton.addEventListener('click', submit);
  view.stopButton.addEventListener('click', () => chat.stop());
  view.speakButton.addEventListener('click', () => void chat.speak());
  view.stopRecordingButton.addEventListener('click', () => void chat.endRecording());
  form.addEventListener('submit', (event) => event.preventDefault());
  field.addEventListener('keydown', (event) => {
    // The key that ends a Japanese conversion sends nothing; some browsers tell it by its number only.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    submit();
  });
  view.panel.addEventListener('keydown', (event) => {
    // Keys that the page itself listens for are not meant for it here.
    event.stopPropagation();
    if (event.key === 'Escape' && !event.isComposing) close();
  });
}

function saveFile(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'conversation.json';
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @returns undefined where the browser forbids it. */
function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

/** Only while the script itself runs does the browser tell which tag it is. */
const tag = document.currentScript;

function begin(): void {
  if (!(tag instanceof HTMLScriptElement) || tag.src === '') {
    console.warn('The popup chat needs a tag of its own: <script src="https://…/widget.js"></script>');
    return;
  }
  if (window.mmdagentBridge?.popup !== undefined) {
    console.warn('The popup chat is on this page already.');
    return;
  }
  const place = {
    src: tag.src,
    pageLanguage: document.documentElement.lang,
    browserLanguage: navigator.language,
  };
  const options = readWidgetOptions(tag.dataset, place, (text) => console.warn(`The popup chat: ${text}`));
  window.mmdagentBridge = { ...window.mmdagentBridge, popup: mount(options) };
}

if (document.body === null) document.addEventListener('DOMContentLoaded', begin, { once: true });
else begin();
