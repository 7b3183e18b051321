import botocore, json, gzip, glob, os
p=os.path.dirname(botocore.__file__)+'/data/ec2/2016-11-15/service-2.json'
f=glob.glob(p+'*')[0]
d=json.load(gzip.open(f) if f.endswith('gz') else open(f))
fam={}
for t in d['shapes']['InstanceType']['enum']:
    a,b=t.split('.'); fam.setdefault(a,[]).append(b)
import re
order=['nano','micro','small','medium','large','xlarge']
def key(s):
    if s in order: return (0,order.index(s),'')
    m=re.match(r'(\d+)xlarge$',s)
    if m: return (1,int(m.group(1)),'')
    m=re.match(r'metal-(\d+)xl$',s)
    return (2,int(m.group(1)) if m else 0,s)
out='''//! The families of EC2 instance types with their sizes: data only.
//!
//! Made by `tests/mutations/families.py` from the enumeration `InstanceType` of the EC2 model of botocore '''+botocore.__version__+'''. Families come by the
//! month, so what is not here may exist all the same.

/// When the catalogue was made.
pub(super) const AS_OF: &str = "October 2026";

/// Each family with its sizes.
pub(super) const FAMILIES: &[(&str, &str)] = &[
'''
for a in sorted(fam):
    out+=f'    ("{a}", "{" ".join(sorted(fam[a],key=key))}"),\n'
out+='];\n'
import sys
open(sys.argv[1],'w').write(out)
