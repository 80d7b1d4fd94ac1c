# Bash completion of trayline, traylined and trayline-hq. Installed as
# /usr/share/bash-completion/completions/trayline, with links of the other two names to it.
# Needs nothing but bash 4. Journey ids are those that are open, when the agent answers.

# _trayline_words WORDS: those of WORDS that begin like the word under the cursor.
_trayline_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_trayline_files() {
  mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
  compopt -o filenames 2>/dev/null || true  # not within a completion: in tests
}

_trayline_folders() {
  mapfile -t COMPREPLY < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")
  compopt -o filenames 2>/dev/null || true  # not within a completion: in tests
}

# The open journeys' ids; nothing when no agent answers within a second.
_trayline_open_journeys() {
  timeout 1 "${COMP_WORDS[0]}" "${_trayline_where[@]}" journeys --json 2>/dev/null |
    sed -n 's/^ *"id": "\([0-9]*-[0-9]*\)",\{0,1\}$/\1/p'
}

# Finds the command among the words before the cursor, and the options that say which agent is
# meant.
_trayline_look() {
  _trayline_command=
  _trayline_where=()
  local i word
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    case $word in
    --config | --directory)
      ((i + 1 < COMP_CWORD)) && _trayline_where+=("$word" "${COMP_WORDS[i + 1]}")
      ((++i))
      ;;
    -*) ;;
    *) [ -n "$_trayline_command" ] || _trayline_command=$word ;;
    esac
  done
}

_trayline() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local _trayline_command _trayline_where=()
  _trayline_look
  COMPREPLY=()
  case $previous in
  --config | --answers | -o | --output) _trayline_files && return ;;
  --directory | --terminal) _trayline_folders && return ;;
  --set) _trayline_words "chipotle rees46 jdata" && return ;;
  -n | --lines | --from | --to | --seed | --speed | --limit | --host) return ;;
  esac
  local common="--config --directory --help"
  case $_trayline_command:$current in
  :-*) _trayline_words "$common --version" ;;
  :*) _trayline_words "status tail journeys record export doctor replay" ;;
  status:-*) _trayline_words "--json $common" ;;
  doctor:-*) _trayline_words "--json --rebuild $common" ;;
  tail:-*) _trayline_words "--lines --follow --json -n -f $common" ;;
  journeys:-*) _trayline_words "--json $common" ;;
  journeys:*) _trayline_words "$(_trayline_open_journeys)" ;;
  record:-*) _trayline_words "--host --strict --json $common" ;;
  export:-*) _trayline_words "--from --to --output -o $common" ;;
  replay:-*)
    _trayline_words "--set --terminal --seed --speed --limit --answers --quiet -q --real-terminal $common"
    ;;
  record:* | replay:*) _trayline_files ;;
  esac
}

_traylined() {
  COMPREPLY=()
  if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --config ]; then
    _trayline_files
  else
    _trayline_words "--config --check-config --help --version"
  fi
}

_trayline_hq() {
  COMPREPLY=()
  case ${COMP_WORDS[COMP_CWORD - 1]} in
  --db | --address-file | --ca | --rx-cert | --rx-key | --tx-cert | --tx-key)
    _trayline_files && return
    ;;
  --web) _trayline_folders && return ;;
  --log-level) _trayline_words "debug info warn error" && return ;;
  --listen | --host | --broker | --tenant | --day-start-hour | --utc-offset-minutes) return ;;
  esac
  if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
    _trayline_words "--db --listen --address-file --host --web --broker --ca --rx-cert --rx-key \
--tx-cert --tx-key --tenant --day-start-hour --utc-offset-minutes --log-level --check --help --version"
  else
    _trayline_words "rebuild restored"
  fi
}

complete -F _trayline trayline
complete -F _traylined traylined
complete -F _trayline_hq trayline-hq
