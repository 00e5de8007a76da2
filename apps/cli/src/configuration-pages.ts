import { Settings } from '@usher/core/config';
import { z } from 'zod';

const Property = z.object({
  description: z.string(),
  default: z.union([z.string(), z.number()]).optional(),
  enum: z.array(z.string()).optional(),
});

interface Setting {
  name: string;
  description: string;
  default: string | undefined;
  allowed: string[];
}

/** `docs/configuration.md`: every setting with its default and what it does. */
export function configurationPage(): string {
  const rows = everySetting().map((setting) => {
    const allowed =
      setting.allowed.length === 0 ? '' : ` One of ${setting.allowed.map((value) => `\`${value}\``).join(', ')}.`;
    return `| \`${setting.name}\` | ${setting.default === undefined ? '–' : `\`${setting.default}\``} | ${setting.description}${allowed} |`;
  });
  return `# Configuration

Settings come from environment variables; \`npm start\` and \`npx usher\` also read a file \`.env\` in the folder they are started
in, where what the environment sets wins. An unset or empty one means its default; bad ones stop the start, all of
them listed at once. This page and \`.env.example\` are made by \`pnpm generate\` from \`packages/core/src/config.ts\`.

| setting | default | what it does |
|---|---|---|
${rows.join('\n')}
`;
}

/** `.env.example`: every setting, commented out, with its default. */
export function environmentExample(): string {
  const entries = everySetting().map((setting) => {
    const allowed = setting.allowed.length === 0 ? '' : ` One of: ${setting.allowed.join(', ')}.`;
    return `# ${setting.description.replaceAll('`', '')}${allowed}\n#${setting.name}=${setting.default ?? ''}\n`;
  });
  const compose = '# Password of the database that docker-compose.yml starts.\nPOSTGRES_PASSWORD=\n';
  return `# Copy to .env and take the # away from what you change. Made by \`pnpm generate\`.\n\n${[compose, ...entries].join('\n')}`;
}

function everySetting(): Setting[] {
  const schema = z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const read = Property.parse(property);
    return { name, description: read.description, default: read.default?.toString(), allowed: read.enum ?? [] };
  });
}
