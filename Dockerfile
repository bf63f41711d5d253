# Build: docker build -t bitmapist-server .
# Run:   docker run -p 6379:6379 -v bitmapist:/data -e BITMAPIST_REQUIREPASS=password bitmapist-server
#
# Without a password only the container itself is served (protected mode, as in Redis): to other clients it says so. Give
# it one as above, or, in a network where everybody may do everything, -e BITMAPIST_PROTECTED_MODE=no.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
# What links native code. The C library is that of the image below, both are Ubuntu 24.04.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig LICENSE README.md ./
COPY packaging ./packaging
COPY scripts/publish ./scripts/publish
COPY src ./src
RUN scripts/publish --no-tarball --folder /app && mkdir /data

# The C library and OpenSSL, no .NET, no shell, no package manager; its user is already not root (uid 1654, "app").
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
# docker build --build-arg REVISION="$(git rev-parse HEAD)" says which sources it is made of.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="bitmapist-server" \
      org.opencontainers.image.description="Redis-compatible server for bitmap analytics over compressed bitmaps" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /app /app
# An empty folder that the user owns: a named volume mounted over it takes over that owner.
COPY --from=build --chown=1654:1654 /data /data
WORKDIR /data
VOLUME /data
EXPOSE 6379
USER 1654
# The program asks itself: PING over the loopback, exit code 0 on PONG.
HEALTHCHECK --interval=10s --timeout=12s --start-period=10s CMD ["/app/bitmapist-server", "ping", "-addr", ":6379"]
ENTRYPOINT ["/app/bitmapist-server"]
CMD ["-addr=:6379", "-db=/data/bitmapist.db", "-bak=/data/bitmapist.bak"]
