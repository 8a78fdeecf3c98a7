import { byId, setText } from '../dom.js';
import { type AccessState, logOut, needsLogin, readAccess } from './access.js';
import { LoginForm } from './login-form.js';
import { words } from './words.js';

/**
 * The console's beginning: who asks comes first, and nothing else is loaded or asked for before that is an operator.
 *
 *   /api/access → (login →) page.ts: avatars and machine;  console.ts: sessions, latency, kept, comments, settings
 */
const RETRY_MS = 1000;

async function begin(): Promise<void> {
  const access = await accessSoon();
  if (needsLogin(access)) {
    await new LoginForm(words).ask();
    showWho(await accessSoon());
  } else showWho(access);
  byId('areas').hidden = false;
  byId('pane-avatars').hidden = false;
  await import('../page.js');
  const { startConsole } = await import('./console.js');
  startConsole(words);
}

/** The server may be starting, or restarting. */
async function accessSoon(): Promise<AccessState> {
  for (;;) {
    try {
      return await readAccess();
    } catch {
      setText(byId('link-state'), words.say('linkConnecting'));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function showWho({ demandsKey, label }: AccessState): void {
  if (!demandsKey) return;
  const button = byId('logout', HTMLButtonElement);
  button.hidden = false;
  const show = (): void => {
    button.title = words.say('conWho', { label: label ?? '' });
  };
  words.events.on('changed', show);
  show();
  button.addEventListener('click', () => void logOut().then(() => location.reload()));
}

void begin();
