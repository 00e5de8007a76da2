# One image for every process: the command chooses the API, a worker or the command line.
FROM node:24-slim

WORKDIR /usher
ENV NODE_ENV=production

# The manifests first, so that a change of code does not install everything again.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches patches
COPY packages/core/package.json packages/core/
COPY packages/db/package.json packages/db/
COPY packages/queue/package.json packages/queue/
COPY packages/engines/package.json packages/engines/
COPY packages/helpdesk/package.json packages/helpdesk/
COPY packages/embedded/package.json packages/embedded/
COPY apps/api/package.json apps/api/
COPY apps/console/package.json apps/console/
COPY apps/worker/package.json apps/worker/
COPY apps/cli/package.json apps/cli/
COPY test/package.json test/
COPY bench/package.json bench/
RUN npx --yes pnpm@12.21.0 install --prod --no-optional --frozen-lockfile --filter '!@usher/test' --filter '!@usher/bench'

COPY taxonomy.yaml ./
COPY packages packages
COPY apps apps
RUN cd apps/console && ./node_modules/.bin/vite build
RUN ln -s /usher/apps/cli/bin/usher.js /usr/local/bin/usher

USER node
EXPOSE 3000
ENTRYPOINT ["node"]
CMD ["apps/api/src/main.ts"]
