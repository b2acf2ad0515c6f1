import Base
import Drivers
import Experiments

/// A machine that is reached through the ssh client.
struct RemoteHost {
  /// What ssh is told: `HOST` or `USER@HOST`.
  let target: String
  /// The ssh client and its options, as a shell reads them.
  let ssh: String

  /// The arguments of `/bin/sh` that run a script there. Nobody is there to type a password, and
  /// a machine that does not answer is noticed; the user's own options come first and win.
  func arguments(script: String) -> [String] {
    [
      "-c",
      "exec \(ssh) -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 "
        + "-o ServerAliveCountMax=3 -- \"$1\" \"$2\"",
      "plumbline", target, "exec sh -c " + RemoteHost.quoted(script),
    ]
  }

  /// The same as one line for a shell.
  func line(script: String) -> String {
    let words = arguments(script: script)
    return "/bin/sh " + words.map { RemoteHost.quoted($0) }.joined(separator: " ")
  }

  /// A word that any shell takes as it is.
  static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// The script that runs a server on a host and does what it is told, a word a line.
  ///
  /// The server is in a session of its own, so that signals reach what it starts. When standard
  /// input ends, and that it does when the recorder or the connection dies, the server is killed.
  /// What it writes goes to standard error, what the script has to say to standard output:
  /// `started PID`, `state LETTER` and `ended CODE`.
  static func script(_ process: ServerProcess, data: String) -> String {
    var text = """
      mkdir -p \(quoted(data)) && cd \(quoted(data)) || exit 71
      PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

      """
    for file in process.files {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      text += """
        [ -e \(quoted(file.path)) ] || { mkdir -p \(quoted("/" + folder)) && \
        printf %s \(quoted(file.text)) >\(quoted(file.path)); } || exit 71

        """
    }
    let words = (["env"] + process.environment + [process.program] + process.arguments)
      .map { quoted($0) }.joined(separator: " ")
    return text + """
      exec 4<&0 </dev/null
      if command -v setsid >/dev/null; then
        setsid \(words) >&2 4<&- & group=-
      else
        \(words) >&2 4<&- & group=
      fi
      server=$!
      send() { kill -$1 $group$server 2>/dev/null || kill -$1 $server 2>/dev/null; }
      state() {
        if [ -r /proc/$server/status ]; then
          while read -r name letter rest; do
            [ "$name" = State: ] && echo "state $letter"
          done </proc/$server/status
        else
          echo "state $(ps -o stat= -p $server)"
        fi
      }
      (
        # The connection may be gone while this writes: the server must be killed nevertheless.
        trap '' PIPE
        while read -r word <&4; do
          case $word in
            kill) send KILL ;;
            stop) send TERM ;;
            pause) send STOP ;;
            resume) send CONT ;;
            state) state ;;
          esac
        done
        send KILL
      ) &
      reader=$!
      exec 4<&-
      echo "started $server"
      wait $server
      code=$?
      kill $reader 2>/dev/null
      [ -z "$group" ] || kill -KILL -$server 2>/dev/null
      echo "ended $code"
      exit $code
      """
  }
}

extension HostsTarget {
  /// The hosts that the run starts servers on, in the order of the nodes.
  var machines: [RemoteHost] { hosts.map { RemoteHost(target: $0, ssh: ssh) } }
}
