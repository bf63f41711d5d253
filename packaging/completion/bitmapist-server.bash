# bash completion of bitmapist-server
_bitmapist_server() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words
    case "$before" in
        -appendfsync) COMPREPLY=($(compgen -W 'always everysec no' -- "$word")); return ;;
        -io-transport) COMPREPLY=($(compgen -W 'auto epoll io_uring pipelines' -- "$word")); return ;;
        -latency-tracking) COMPREPLY=($(compgen -W 'yes no' -- "$word")); return ;;
        -enable-debug-command) COMPREPLY=($(compgen -W 'local no yes' -- "$word")); return ;;
        -log-format) COMPREPLY=($(compgen -W 'json plain systemd' -- "$word")); return ;;
        -protected-mode) COMPREPLY=($(compgen -W 'yes no' -- "$word")); return ;;
        -tls-auth-clients) COMPREPLY=($(compgen -W 'yes no optional' -- "$word")); return ;;
        -addr|-http|-save|-auto-aof-rewrite-percentage|-auto-aof-rewrite-min-size|-maxmemory|-maxmemory-clients|-evict-idle|-databases|-maxclients|-io-threads|-timeout|-tcp-keepalive|-proto-max-bulk-len|-client-query-buffer-limit|-client-output-buffer-limit|-tracking-table-max-keys|-notify-keyspace-events|-slowlog-log-slower-than|-slowlog-max-len|-latency-monitor-threshold|-latency-tracking-info-percentiles|-requirepass|-tls-port|-unixsocketperm)
            COMPREPLY=(); return ;;
        -db|-bak|-aclfile|-tls-cert-file|-tls-key-file|-tls-ca-cert-file|-unixsocket|check|repair|dump-log|import|export)
            COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    words='-addr -http -db -bak -save -appendfsync -auto-aof-rewrite-percentage -auto-aof-rewrite-min-size -maxmemory -maxmemory-clients -evict-idle -databases -maxclients -io-transport -io-threads -timeout -tcp-keepalive -proto-max-bulk-len -client-query-buffer-limit -client-output-buffer-limit -tracking-table-max-keys -notify-keyspace-events -slowlog-log-slower-than -slowlog-max-len -latency-monitor-threshold -latency-tracking -latency-tracking-info-percentiles -enable-debug-command -log-format -debug -requirepass -aclfile -protected-mode -tls-port -tls-cert-file -tls-key-file -tls-ca-cert-file -tls-auth-clients -unixsocket -unixsocketperm -help -version'
    if [[ $COMP_CWORD -eq 1 ]]; then words+=' version help ping check repair dump-log import export'; fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _bitmapist_server bitmapist-server
