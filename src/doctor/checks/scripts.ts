import type { Check } from '../check.js';
import type { Content } from '../content/find-content.js';
import { inputType } from '../content/fst.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';
import type { FindingId } from '../texts/finding-texts.js';

const MAX_PLACES = 6;

type PlacesId = Extract<
  FindingId,
  | 'content.answersSpeech'
  | 'content.followsSpeech'
  | 'content.speaksItself'
  | 'content.movesLips'
  | 'content.controlsRemote'
>;

interface Rule {
  readonly id: PlacesId;
  readonly level: Finding['level'];
  readonly side: 'input' | 'output';
  readonly pattern: RegExp;
}

/** What a content does that the bridge does too. */
const RULES: readonly Rule[] = [
  {
    id: 'content.controlsRemote',
    level: 'error',
    side: 'output',
    pattern: /^PLUGIN_DISABLE\|(?:Remote|ALL)\b/,
  },
  { id: 'content.controlsRemote', level: 'warning', side: 'output', pattern: /^(?:__AV|AVATAR_CONTROL\|)/ },
  { id: 'content.movesLips', level: 'warning', side: 'output', pattern: /^LIPSYNC_(?:START|STOP)\|/ },
  { id: 'content.answersSpeech', level: 'warning', side: 'input', pattern: /^RECOG_EVENT_STOP$/ },
  {
    id: 'content.speaksItself',
    level: 'warning',
    side: 'output',
    pattern: /^(?:SYNTH_START|SPEAK_START|SPEAK_STOP)\|/,
  },
  {
    id: 'content.followsSpeech',
    level: 'info',
    side: 'input',
    pattern: /^(?:SYNTH|LIPSYNC|SPEAK)_EVENT_(?:START|STOP)$/,
  },
];

export const scriptsCheck: Check = {
  id: 'content.scripts',
  area: 'content',
  timeoutMs: 8000,
  run: async (context) => {
    const content = await context.findContent();
    if (content.mdf === undefined) return [];
    const { scripts, missingScripts } = content;
    const arcs = scripts.reduce((sum, script) => sum + script.arcs.length, 0);
    return [
      scripts.length === 0
        ? finding('content.noScript', 'info', { file: content.mdf.path })
        : finding('content.scripts', 'ok', { count: scripts.length, arcs }),
      ...missingScripts.map((file) => finding('content.scriptUnreadable', 'warning', { file })),
      ...RULES.flatMap((rule) => ruleFindings(rule, content)),
      ...aliasFindings(content, context.resolved.config.model),
    ];
  },
};

function ruleFindings({ id, level, side, pattern }: Rule, { scripts }: Content): Finding[] {
  const places = scripts.flatMap(({ name, arcs }) =>
    arcs
      .filter(({ input, output }) => pattern.test(side === 'input' ? inputType(input) : output))
      .map(({ line }) => `${name}:${line}`),
  );
  if (places.length === 0) return [];
  const more = places.length > MAX_PLACES ? ` (+${places.length - MAX_PLACES})` : '';
  return [finding(id, level, { places: places.slice(0, MAX_PLACES).join(', ') + more })];
}

function aliasFindings({ models }: Content, model: string): Finding[] {
  const aliases = [...new Set(models.map(({ alias }) => alias))];
  if (aliases.length === 0) return [];
  if (aliases.includes(model)) return [finding('content.alias', 'ok', { model })];
  return [finding('content.aliasUnknown', 'error', { model, aliases: aliases.join(', ') })];
}
