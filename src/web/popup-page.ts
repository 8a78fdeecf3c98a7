import type { PopupApi } from './widget/widget.js';

const EN = {
  title: 'Popup chat',
  about: 'The chat in the corner can stand on any web site. Open it, write or speak, and listen.',
  options: 'Options',
  transport: 'Connection',
  voice: 'Spoken answers',
  typing: 'Typing, for each letter',
  lang: 'Language',
  theme: 'Colours',
  position: 'Corner',
  color: 'Accent colour',
  chatTitle: 'Title',
  welcome: 'First words',
  on: 'On',
  off: 'Off',
  asPage: 'As the page',
  asSystem: 'As the system',
  light: 'Light',
  dark: 'Dark',
  right: 'Right',
  left: 'Left',
  tag: 'The one tag',
  tagAbout:
    'Put this line into a page, before </body>. A page of another site must be allowed by the operator of this server.',
  copy: 'Copy',
  copied: 'Copied',
} as const;

const JA: Readonly<Record<keyof typeof EN, string>> = {
  title: 'ポップアップチャット',
  about: '隅にあるチャットは、どのウェブサイトにも置けます。開いて、書くか話すかして、答えを聞いてください。',
  options: '設定',
  transport: '接続',
  voice: '音声での回答',
  typing: '一文字ごとの表示',
  lang: '言語',
  theme: '配色',
  position: '位置',
  color: 'アクセント色',
  chatTitle: '題名',
  welcome: '最初の言葉',
  on: 'オン',
  off: 'オフ',
  asPage: 'ページに合わせる',
  asSystem: 'システムに合わせる',
  light: 'ライト',
  dark: 'ダーク',
  right: '右',
  left: '左',
  tag: '一行のタグ',
  tagAbout:
    'この行をページの </body> の前に置きます。別のサイトのページは、このサーバーの運営者の許可が必要です。',
  copy: 'コピー',
  copied: 'コピーしました',
};

/** Left out of the tag, since the widget does the same without. */
const DEFAULTS: Readonly<Record<string, string>> = {
  transport: 'ws',
  voice: 'on',
  typing: '40',
  theme: 'auto',
  position: 'right',
};

const texts: Readonly<Record<string, string>> = navigator.language.toLowerCase().startsWith('ja') ? JA : EN;

function say(): void {
  document.documentElement.lang = texts === JA ? 'ja' : 'en';
  document.title = texts['title'] ?? '';
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]'))
    element.textContent = texts[element.dataset['t'] ?? ''] ?? '';
}

function find<T extends HTMLElement>(selector: string, kind: new () => T): T {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`popup.html has no ${selector}`);
  return element;
}

const form = find('#options', HTMLFormElement);
const snippet = find('#snippet', HTMLPreElement);
const copy = find('#copy', HTMLButtonElement);

/** What is chosen and differs from what the widget does anyway. */
function chosen(): [string, string][] {
  return [...new FormData(form)].flatMap(([name, value]): [string, string][] => {
    const text = String(value).trim();
    const isRight = name !== 'color' || /^#[0-9a-f]{6}$/i.test(text);
    return text === '' || text === DEFAULTS[name] || !isRight ? [] : [[name, text]];
  });
}

function show(): void {
  const data = chosen().map(
    ([name, value]) => ` data-${name}="${value.replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`,
  );
  snippet.textContent = `<script src="${new URL('widget.js', document.baseURI).href}"${data.join('')}></script>`;
}

/** The widget with these options in place of the one before. */
function place(isOpen: boolean): void {
  const { popup } = (window.mmdagentBridge ?? {}) as { popup?: PopupApi };
  popup?.destroy();
  const script = document.createElement('script');
  script.src = 'widget.js';
  for (const [name, value] of chosen()) script.dataset[name] = value;
  if (isOpen) script.dataset['open'] = 'true';
  document.body.append(script);
  script.addEventListener('load', () => script.remove());
}

say();
show();
place(false);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('change', () => {
  show();
  place(true);
});
copy.addEventListener('click', async () => {
  await navigator.clipboard?.writeText(snippet.textContent ?? '').catch(() => {});
  copy.textContent = texts['copied'] ?? '';
});
