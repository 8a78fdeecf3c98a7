/** @source OpenAI API reference; its regional hosts are `eu.api.openai.com` and the like */
export const OPENAI_BASE_URL = 'https://api.openai.com/v1';
export const OPENAI_HOSTS = /^([a-z]+\.)?api\.openai\.com$/;

/**
 * Regions of the public cloud and of the two of their own, and resources with a name of their own. Not all of `azure.com`: anybody's
 * machine can have a name in it.
 *
 * @source cognitive-services-speech-sdk-js 9e88223 ConnectionFactoryBase.ts; learn.microsoft.com "Custom subdomain names"
 */
export const AZURE_HOSTS =
  /^[a-z0-9-]+\.((tts|stt)\.speech\.(microsoft\.com|azure\.(us|cn))|cognitiveservices\.azure\.(com|us|cn))$/;

/** Where Azure speaks or hears in a region. @source ConnectionFactoryBase.ts getHostSuffix */
export function azureHost(region: string, service: 'tts' | 'stt'): string {
  const cloud = region.startsWith('china')
    ? 'azure.cn'
    : region.startsWith('usgov')
      ? 'azure.us'
      : 'microsoft.com';
  return `${region}.${service}.speech.${cloud}`;
}
