import { SECTION_EXAMPLES } from './section-examples.js';
import { SETTING_KEYS, type SettingKey, settingOf } from './settings.js';

const HEAD = `Settings of mmdagent-bridge. A line that begins with # and a name is a setting at its default: take the # away to change it.
Flags and the environment win over this file. Read it with --config FILE or BRIDGE_CONFIG=FILE; \`mmdagent-bridge config show\` tells
what holds. Keys of vendors belong into the environment, never in here: "\${NAME}" stands for a variable.
While the server runs, personas, voices and mappings are read again when this file changes.`;
const WIDTH = 100;

/** A settings file with every setting there is, commented: as it stands it changes nothing. YAML. */
export function initialConfig(): string {
  const rows = SETTING_KEYS.filter((key) => {
    const { fileAllowed = true, isSecret = false } = settingOf(key);
    return fileAllowed && !isSecret;
  });
  const plain = rows.filter((key) => settingOf(key).kind !== 'section');
  const sections = rows.filter((key) => settingOf(key).kind === 'section');
  return [HEAD.split('\n').map(asComment).join('\n'), ...plain.map(row), ...sections.map(section), ''].join(
    '\n\n',
  );
}

function row(key: SettingKey): string {
  const { describe, expects, choices, default: value } = settingOf(key);
  const expected = choices === undefined ? `Expects ${expects}` : `One of ${choices.join(', ')}`;
  // JSON is YAML.
  const shown = value === undefined ? '' : JSON.stringify(value);
  return [...wrapped(`${describe}. ${expected}.`), `#${key}:${shown === '' ? '' : ` ${shown}`}`].join('\n');
}

function section(key: SettingKey): string {
  const lines = (SECTION_EXAMPLES[key] ?? `\n${key}: {}`).trim().split('\n');
  return [...wrapped(`${settingOf(key).describe}. For example:`), ...lines.map((line) => `#${line}`)].join(
    '\n',
  );
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map(asComment);
}

function asComment(line: string): string {
  return `# ${line}`;
}
