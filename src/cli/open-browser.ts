import { spawn } from 'node:child_process';

/** Opens `url` in the user's browser, as far as the system has a way; false when it has none. */
export function openBrowser(url: string, platform: NodeJS.Platform): Promise<boolean> {
  const [command, args] = commandFor(url, platform);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function commandFor(url: string, platform: NodeJS.Platform): [string, string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // Not `start`: that is a word of the shell, which would read the URL's own characters.
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}
