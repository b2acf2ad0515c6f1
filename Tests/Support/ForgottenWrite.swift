/// A history of a write that two nodes had, a node that is killed and forgets it, and a read there.
public let forgottenWrite = """
  {"process":0,"type":"invoke","f":"write","key":"x","value":1,"time":1000000}
  {"process":0,"type":"ok","f":"write","key":"x","value":1,"time":3200000,"node":"n1"}
  {"process":"nemesis","type":"info","f":"start-kill","value":["n2"],"time":7000000}
  {"process":"nemesis","type":"info","f":"stop-kill","value":["n2"],"time":8500000}
  {"process":1,"type":"invoke","f":"read","key":"x","value":null,"time":9000000}
  {"process":1,"type":"ok","f":"read","key":"x","value":null,"time":9200000,"node":"n2"}

  """
