export { addressMatcher, isAddressRange } from './allow.js';
export { type ChatSection, chatSection } from './chat-section.js';
export type { ReadText } from './config-file.js';
export { MIN_KEY_CHARS, PEER_TLS_PORT } from './cross-checks.js';
export {
  canonicalHost,
  hostInUrl,
  isAnyHost,
  isLoopbackHost,
  type ListenAddress,
  parseListenAddress,
} from './host.js';
export { initialConfig } from './init-config.js';
export {
  LINK_DEFAULTS,
  LINK_NAME,
  type LinkSpec,
  linkUrl,
  type SimulatorLink,
  type StdioLink,
  type TcpLink,
  type TcpListenLink,
  type WsListenLink,
} from './link-spec.js';
export { MASK, maskPath } from './mask.js';
export { maskLink } from './mask-link.js';
export { isModelAlias, parseLinkUrl } from './parse-link.js';
export type { Origin } from './raw-value.js';
export { type ConfigSources, type ResolvedConfig, resolveConfig } from './resolve.js';
export type { Setting } from './setting.js';
export {
  type Config,
  defaultConfig,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
  settingOf,
} from './settings.js';
export { type ConfigDocsRow, configDocsRows, type ShownSetting, shownConfig } from './show-config.js';
export { type SpeechSection, speechSection } from './speech-section.js';
export { calibrationFile, userCacheFolder, userConfigFolder } from './user-folder.js';
export { parseSharedDir, type SharedDir } from './value-forms.js';
export { defaultText, type FlagOption, yargsOptionsFor } from './yargs-options.js';
