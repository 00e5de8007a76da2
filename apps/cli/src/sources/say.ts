import type { Config } from '@usher/core/config';
import type { Connector } from '@usher/core/connectors/connector';
import type { Source } from '@usher/db/sources';

/** The address that a source's webhooks go to. */
export function webhookUrl({ USHER_PUBLIC_URL: publicUrl, PORT }: Config, name: string): string {
  return `${publicUrl ?? `http://localhost:${PORT}`}/webhooks/${name}`;
}

/** Where to paste what, for a person. */
export function setupText(
  { title, setup }: Connector,
  config: Config,
  { name, secret, isMade }: { name: string; secret: string | null; isMade: boolean },
): string {
  const url = webhookUrl(config, name);
  const lines = [
    `${title}: the source ${name} is set up. Now in ${title}:`,
    '',
    ...setup
      .replaceAll('{url}', url)
      .replaceAll('<the webhook secret>', isMade && secret !== null ? secret : '<the webhook secret>')
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    ...(isMade && secret !== null ? [`The webhook secret, shown this once: ${secret}`] : []),
    ...(secret === null ? [`When ${title} shows the webhook secret: usher sources rotate ${name}`] : []),
    ...(config.USHER_PUBLIC_URL === undefined
      ? [
          'Set USHER_PUBLIC_URL to the address at which helpdesks reach this service; the URL above is only this machine.',
        ]
      : []),
    `Then try it: usher sources test ${name}`,
  ];
  return lines.join('\n');
}

/** A source for programs, without secrets. */
export function sourceDocument(source: Source, config: Config): Record<string, unknown> {
  const { id, name, connector, settings, createdAt } = source;
  const url = connector === 'api' ? null : webhookUrl(config, name);
  return { id, name, connector, webhook_url: url, settings, created_at: createdAt.toISOString() };
}
