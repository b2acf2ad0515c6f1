import Base
import Formats
import Histories
import Testing

/// What a guess leaves open is said, and refused where no map says it.
@Suite struct MapGuessTests {
  private func guess(_ text: String) throws -> MapGuess {
    try Array(text.utf8).withUnsafeBytes { all throws(FormatError) in
      try MapGuess(all, file: "h")
    }
  }

  @Test(arguments: [
    ("client,op,payload,result,start,end\na,set,1,,1,2\na,get,,1,3,4\n", "write"),
    ("thread\top\telem\tout\tt0\tt1\n1\tadd\t5\t\t1\t2\n2\tcontains\t7\ttrue\t3\t4\n", "add"),
    ("client,op,result,start,end\na,enq,,1,2\nb,deq,1,3,4\n", "enqueue"),
  ])
  func anArgumentThatNobodyFound(text: String, function: String) throws {
    let doubts = try guess(text).doubts
    #expect(
      doubts.contains {
        $0.hasPrefix("fields.value: no field looks like it")
          && $0.hasSuffix("“\(function)” needs an argument")
      }, "\(doubts)")
    #expect(refusal(of: text).contains("is not certain"))
  }

  @Test(arguments: [
    ("client,op,result,start,end\nb,get,1,3,4\n"), ("client,op,start,end\nb,lock,3,4\n"),
    ("client,op,from,to,swapped,start,end\nb,cas,1,2,true,3,4\n"),
  ])
  func noneIsNeeded(text: String) throws {
    #expect(try guess(text).doubts == [])
  }

  @Test(arguments: [
    (
      #"{"client":"a","cmd":"SET","args":["x","1"],"reply":"OK","begin":1,"finish":2}"#,
      "(args.0, args.1)?"
    ),
    ("client,cmd,args,reply,begin,finish\na,SET,x 1,OK,1,2\n", "log them apart"),
  ])
  func allArgumentsAtOnce(text: String, words: String) throws {
    let doubts = try guess(text).doubts
    #expect(
      doubts.contains { $0.hasPrefix("fields.key, fields.value: “args”") && $0.hasSuffix(words) },
      "\(doubts)")
  }

  @Test(arguments: [
    "client,op,bucket,value,start,end\na,set,A,1,1,2\na,set,B,2,3,4\nb,get,A,1,5,6\n",
    "client,op,bucket,key,value,start,end\na,set,A,k,1,1,2\na,set,B,k,2,3,4\nb,get,A,k,1,5,6\n",
    "client,op,shelf,value,start,end\na,set,1,1,1,2\na,set,2,2,3,4\nb,get,1,1,5,6\n",
  ])
  func anUnusedFieldMayTellObjectsApart(text: String) throws {
    let doubts = try guess(text).doubts
    #expect(
      doubts.contains { $0.hasSuffix("is not used; does it tell objects apart?") }, "\(doubts)")
  }

  /// Where and how something was logged is no key, nor what follows from the function.
  @Test func whatSurelyTellsNothingApart() throws {
    let text = """
      client,op,key,value,start,end,level,host,rw,took_ms,shelf,day
      a,set,x,1,1,2,info,n1,w,3,A,2026-01-01T00:00:00Z
      a,set,x,2,3,4,warn,n2,w,3,B,2026-01-02T00:00:00Z
      b,get,x,2,5,6,info,n1,r,4,A,2026-01-02T00:00:00Z
      b,get,x,2,7,8,info,n1,r,4,A,2026-01-02T00:00:00Z
      """
    #expect(try guess(text).doubts == [])
    let noKey = text.replacing("key,value", with: "zone,value").replacing("shelf", with: "region")
    #expect(try guess(noKey).doubts == [])
  }

  /// A key that comes in two notations is one object or two.
  @Test func keysOfBothKinds() throws {
    let text = """
      {"client":1,"op":"set","key":8,"value":1,"start":1,"end":2}
      {"client":1,"op":"get","key":"8","value":1,"start":3,"end":4}
      """
    #expect(try guess(text).doubts.map { $0.prefix(5) } == ["keys:"])
    #expect(try guess(text.replacing("\"8\"", with: "\"x\"")).doubts == [])
  }

  /// Other lines of a program have fields of their own.
  @Test func fieldsAreThoseOfOperations() throws {
    let guess = try guess(
      """
      {"msg":"up","key":"tls.pem","start":3}
      {"msg":"kv","client":"a","event":"invoke","op":"set","value":1}
      {"msg":"kv","client":"a","event":"ok","op":"set","value":1}
      """)
    #expect(guess.doubts == [] && guess.map.conditions == [FieldPath("msg"): "kv"])
    #expect(guess.map.fields[.key] == nil && guess.map.fields[.start] == nil)
  }

  /// Answers of reads in their field, of compare-and-sets in theirs.
  @Test func swapsHaveAFieldOfTheirOwn() throws {
    let map = try guess(
      "client,op,expected,to,value,seen,swapped,start,end\na,cas,1,2,,,0,1,2\nb,get,,,,1,,3,4\n"
    ).map
    #expect(map.fields[.swapped]?.text == "swapped" && map.fields[.result]?.text == "seen")
  }
}
